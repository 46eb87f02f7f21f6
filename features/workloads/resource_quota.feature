@workloads @admission
Feature: A ResourceQuota limits what a namespace uses together
  Whoever makes an object beyond the quota is refused, at once and with a reason. A person sees the refusal; a Deployment does not:
  it says that it rolls out, and only the events of its ReplicaSet tell that the pods are never made.

  Background:
    Given a cluster with 3 nodes
    And the manifest:
      """
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: team}
      spec: {hard: {pods: "2", services.nodeports: "0"}}
      """
    And the cluster settles

  Scenario: The status counts what is used
    Given a pod "one" of image "nginx:1.25"
    Then resourcequota "team" has "{.status.used.pods}" equal to "1"
    When I run `kubectl delete pod one`
    And the cluster settles
    Then resourcequota "team" has "{.status.used.pods}" equal to "0"

  Scenario: One pod too many is refused
    Given a pod "one" of image "nginx:1.25"
    And a pod "two" of image "nginx:1.25"
    When I try to run `kubectl run three --image=nginx:1.25`
    Then the command fails with "pods \"three\" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2"
    And resourcequota "team" has "{.status.used.pods}" equal to "2"

  Scenario: A pod that has ended makes room
    Given containers of image "task:1" behave:
      | exit code | exit after |
      | 0         | 10s        |
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: task}
      spec:
        restartPolicy: Never
        containers: [{name: task, image: "task:1"}]
      """
    When 1 minute passes
    Then pod "task" shows STATUS "Completed"
    And resourcequota "team" has "{.status.used.pods}" equal to "0"

  Scenario: A Deployment beyond the quota stays short of pods, and says so in its conditions
    Given a deployment "web" with 3 replicas of image "nginx:1.25"
    When 30 seconds pass
    Then deployment "web" has 2 available replicas
    And deployment "web" has condition "ReplicaFailure" "True" because "FailedCreate" with message "is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2"

  Scenario: The events of a ReplicaSet tell which pods were refused
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "nginx:1.25"}]}
      """
    When 10 seconds pass
    Then the events of replicaset "web" include:
      | type    | reason           | message                                                                                                                          |
      | Normal  | SuccessfulCreate | /Created pod: web-.{5}/                                                                                                          |
      | Warning | FailedCreate     | /Error creating: pods "web-.{5}" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2/ |

  Scenario: A greater quota helps when the ReplicaSet tries again, which may take minutes
    Given a deployment "web" with 3 replicas of image "nginx:1.25"
    When 30 seconds pass
    And I run `kubectl patch resourcequota team -p '{"spec":{"hard":{"pods":"5"}}}'`
    Then within 3m, deployment "web" has 3 available replicas
    And resourcequota "team" has "{.status.used.pods}" equal to "3"

  Scenario: Who limits cpu makes every container say how much it wants
    Given the manifest:
      """
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: compute}
      spec: {hard: {requests.cpu: "1", limits.memory: 1Gi}}
      """
    And the cluster settles
    When I try to run `kubectl run web --image=nginx:1.25`
    Then the command fails with "failed quota: compute: must specify limits.memory for: web; requests.cpu for: web"

  Scenario: A quota can be about some pods only
    Given the manifest:
      """
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: unimportant}
      spec: {hard: {pods: "0"}, scopes: [BestEffort]}
      """
    And the cluster settles
    When I try to run `kubectl run web --image=nginx:1.25`
    Then the command fails with "exceeded quota: unimportant, requested: pods=1, used: pods=0, limited: pods=0"

  Scenario: Services count their node ports
    When I try to run `kubectl create service nodeport web --tcp=80`
    Then the command fails with "exceeded quota: team, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0"

  Scenario: A quota limits what the same manifest makes after it
    Given a namespace "tight"
    And the manifest:
      """
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: few, namespace: tight}
      spec: {hard: {pods: "2"}}
      ---
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: web, namespace: tight}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "nginx:1.25"}]}
      """
    When 1 minute passes
    Then replicaset "web" in namespace "tight" has 2 current replicas
    And at all times, replicaset "web" in namespace "tight" has at most 2 current replicas
