@faults @control-plane @admission
Feature: An admission webhook keeps pods from being made
  Policy engines sit in the way of every new pod. What runs does not notice that one of them is wrong or gone, until it must be
  replaced: then a rollout stands still, a lost pod stays lost, and only events tell why.

  Background:
    Given a cluster with 3 nodes
    And a deployment "web" with 3 replicas of image "nginx:1.25"
    When the cluster settles

  Scenario: A webhook that denies pods stops a rollout, and nothing else
    When admission webhook "policy" denies pods for 1m
    And I run `kubectl set image deployment/web web=nginx:1.26`
    Then for 50s, deployment "web" has 3 available replicas
    And deployment "web" has condition "ReplicaFailure" "True" because "FailedCreate" with message "admission webhook \"policy\" denied the request: "
    And within 5m, deployment "web" has rolled out
    And at all times, deployment "web" has at least 3 available replicas

  Scenario: A person is told at once
    When admission webhook "policy" denies pods
    And I try to run `kubectl run late --image=nginx:1.25`
    Then the command fails with "admission webhook \"policy\" denied the request: "
    When admission webhook "policy" recovers
    And I run `kubectl run late --image=nginx:1.25`
    Then within 1m, pod "late" is Ready

  Scenario: A webhook that does not answer keeps lost pods from being replaced
    When admission webhook "policy" does not answer for 2m
    And every pod on node "node-2" is killed
    Then for 1m, at most 2 pods labelled "app=web" exist
    And deployment "web" has condition "ReplicaFailure" "True" because "FailedCreate" with message "Internal error occurred: failed calling webhook \"policy\": failed to call webhook: "
    And within 5m, deployment "web" has 3 available replicas

  Scenario: A webhook that does not answer makes everybody wait ten seconds
    A person at the terminal waits, and so does the controller: until then nothing is said anywhere.
    When admission webhook "policy" does not answer for 5m
    And every pod on node "node-2" is killed
    And 9 seconds pass
    Then at no time, deployment "web" has condition "ReplicaFailure" "True"
    And within 5s, deployment "web" has condition "ReplicaFailure" "True" because "FailedCreate" with message "context deadline exceeded"

  Scenario: A missing service account keeps pods from being made
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: api}
      spec:
        selector: {matchLabels: {app: api}}
        template:
          metadata: {labels: {app: api}}
          spec: {serviceAccountName: robot, containers: [{name: api, image: "nginx:1.25"}]}
      """
    When 30 seconds pass
    Then no pod labelled "app=api" exists
    And deployment "api" has condition "ReplicaFailure" "True" because "FailedCreate" with message "error looking up service account default/robot: serviceaccount \"robot\" not found"
    When I apply the manifest:
      """
      apiVersion: v1
      kind: ServiceAccount
      metadata: {name: robot}
      """
    Then within 5m, deployment "api" has 1 available replica

  Scenario: The default service account comes back when it is deleted
    When I run `kubectl delete serviceaccount default`
    And the cluster settles
    Then serviceaccount "default" exists
