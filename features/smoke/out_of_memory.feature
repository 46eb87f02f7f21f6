@smoke @faults @containers
Feature: A container is killed for exceeding its memory limit: OOMKilled
  The kernel kills the process that crosses its cgroup's limit. The kubelet reports OOMKilled with exit code 137 and restarts
  the container, at first at once, then with a growing back-off. The pod stays on its node; only its container dies.

  Background:
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata:
        name: cache
        labels: { app: cache }
      spec:
        containers:
        - name: app
          image: redis:7
          resources:
            requests: { memory: 128Mi }
            limits: { memory: 256Mi }
      """

  Scenario: A leak ends in OOMKilled and a restart
    Given containers labelled "app=cache" use 100Mi of memory
    And containers labelled "app=cache" leak 10Mi of memory every minute
    Then within 30s, pod "cache" is Ready
    And pod "cache" has QoS class "Burstable"
    And for 10m, pod "cache" shows STATUS "Running"
    And within 10m, container "app" of pod "cache" was last terminated because "OOMKilled" with exit code 137
    And at some time, pod "cache" shows STATUS "OOMKilled"
    And within 1m, pod "cache" is Ready
    And pod "cache" has restarted 1 time

  Scenario: Memory above the limit from the start loops through the back-off
    Given containers labelled "app=cache" use 300Mi of memory after 5s
    Then within 30s, pod "cache" shows STATUS "OOMKilled"
    And pod "cache" is not Ready
    And pod "cache" has condition "ContainersReady" "False" because "ContainersNotReady"
    And within 2m, pod "cache" shows STATUS "CrashLoopBackOff"
    And pod "cache" has phase "Running"
    And pod "cache" has event "BackOff" with message "Back-off restarting failed container app in pod cache"

  Scenario: One kill from outside, and the container is back within seconds
    When the cluster settles
    And container "app" of pod "cache" is OOM killed
    Then within 3s, pod "cache" shows STATUS "OOMKilled"
    And within 5s, pod "cache" is Ready
    And pod "cache" has restarted 1 time
    And container "app" of pod "cache" is running
    And container "app" of pod "cache" was last terminated because "OOMKilled" with exit code 137
