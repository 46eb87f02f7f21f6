@faults @containers
Feature: Containers die
  The kubelet starts a container again on its node, according to the pod's restart policy; the pod stays the same one. Only an
  eviction or a deletion takes the pod itself away, and its controller makes another.

  Background:
    Given a cluster with 3 nodes
    And a deployment "web" with 3 replicas of image "nginx:1.25"
    When the cluster settles

  Scenario: A container that is OOM killed is started again in its pod
    When a pod labelled "app=web" is OOM killed
    Then within 1m, a pod labelled "app=web" has restarted 1 time
    And container "web" of a pod labelled "app=web" was last terminated because "OOMKilled" with exit code 137
    And within 1m, deployment "web" has 3 available replicas

  Scenario: A container that crashes shows its exit code
    When every pod of deployment "web" crashes with code 2
    Then within 1m, every pod of deployment "web" has restarted 1 time
    And container "web" of every pod of deployment "web" was last terminated because "Error" with exit code 2

  Scenario: A pod that is killed is replaced
    When a pod labelled "app=web" is killed
    Then within 1m, deployment "web" has 3 available replicas
    And at all times, deployment "web" has at least 2 available replicas

  Scenario: A pod that is evicted leaves its record and is replaced
    When a pod labelled "app=web" is evicted
    Then within 1m, a pod labelled "app=web" has phase "Failed"
    And within 2m, deployment "web" has 3 available replicas
