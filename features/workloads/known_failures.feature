@workloads
Feature: Why did it get stuck? Failures that everybody meets once
  Each of these has kept real teams awake. The scenarios show how the cluster looks when it happens, which is how one recognises it,
  and what gets it going again.

  Scenario: minAvailable equal to replicas: no node can be drained
    Given a cluster with 3 nodes
    And a deployment "web" with 2 replicas of image "nginx:1.25"
    And the manifest:
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web}
      spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
      """
    And the cluster settles
    Then poddisruptionbudget "web" allows 0 disruptions
    And poddisruptionbudget "web" has condition "DisruptionAllowed" "False" because "InsufficientPods"
    When I try to run `kubectl drain node-1 node-2 node-3 --timeout=1m`
    Then the command fails with "error when evicting pods"
    And at all times, no pod labelled "app=web" has condition "DisruptionTarget" "True"
    When I run `kubectl uncordon node-1 node-2 node-3`
    And I run `kubectl scale deployment web --replicas=3`
    And the cluster settles
    Then poddisruptionbudget "web" allows 1 disruption

  Scenario: A drain that can't end: anti-affinity leaves no place, and the budget waits for one
    Three replicas that must not share a node, on three nodes. The first eviction is allowed; its replacement has nowhere to go, so
    the budget never allows a second.

    Given a cluster with 3 nodes
    And the manifest "one-per-node.yaml"
    And the cluster settles
    When I run `kubectl drain node-1`
    And 1 minute passes
    Then exactly 2 pods labelled "app=web" are Ready
    And a pod labelled "app=web" shows STATUS "Pending"
    And a pod labelled "app=web" has condition "PodScheduled" "False" because "Unschedulable" with message "2 node(s) didn't match pod anti-affinity rules"
    And poddisruptionbudget "web" allows 0 disruptions
    When I try to run `kubectl drain node-2 --timeout=2m`
    Then the command fails with "Cannot evict pod as it would violate the pod's disruption budget."
    When I run `kubectl uncordon node-1`
    Then within 1m, poddisruptionbudget "web" allows 1 disruption

  Scenario: A rollout that can't start: anti-affinity and a surge on a full cluster
    A surge wants a fourth place, and maxUnavailable 0 forbids to make one free. The rollout waits for ever; with maxUnavailable 1 it goes through.

    Given a cluster with 3 nodes
    And the manifest "one-per-node.yaml"
    And the cluster settles
    When I run `kubectl set image deployment/web web=nginx:1.26`
    And 1 second passes
    Then for 5m, deployment "web" has 1 updated replica
    And deployment "web" has 3 available replicas
    And within 10m, deployment "web" has condition "Progressing" "False" because "ProgressDeadlineExceeded"
    When I run `kubectl patch deployment web -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":1}}}}'`
    Then within 2m, deployment "web" has rolled out
    And deployment "web" has 3 available replicas

  Scenario: A StatefulSet on a lost node waits for a person
    Its pod may still be running there, and there must never be two of one name. So nothing happens until the node comes back, is
    deleted, or the pod is deleted by force.

    Given a cluster with 3 nodes
    And a statefulset "db" with 3 replicas of image "postgres:17"
    And the cluster settles
    When node "node-1" is lost
    Then within 7m, a pod on node "node-1" shows STATUS "Terminating"
    And for 1h, statefulset "db" has 2 ready replicas
    When I run `kubectl delete node node-1`
    Then within 2m, statefulset "db" has 3 ready replicas

  Scenario: A StatefulSet on a lost node gets going by a forced deletion
    Given a cluster with 3 nodes
    And a statefulset "db" with 3 replicas of image "postgres:17"
    And the cluster settles
    When node "node-1" is lost
    Then within 7m, a pod on node "node-1" shows STATUS "Terminating"
    When I run `kubectl delete pod --field-selector=spec.nodeName=node-1 --force --grace-period=0`
    Then within 1m, statefulset "db" has 3 ready replicas

  Scenario: A Job that is tried again until its limit, and the pods that it leaves behind
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        backoffLimit: 2
        template:
          spec: {restartPolicy: Never, containers: [{name: migrate, image: "shop:v1", command: [sh, -c, "exit 1"]}]}
      """
    Then within 2m, job "migrate" has failed
    And job "migrate" has condition "Failed" "True" because "BackoffLimitExceeded" with message "Job has reached the specified backoff limit"
    And exactly 3 pods labelled "job-name=migrate" show STATUS "Error"
    And for 1h, exactly 3 pods labelled "job-name=migrate" exist

  Scenario: A Deployment whose readiness never passes
    Its pods run, none of them gets a request, and the version before goes on serving with what maxUnavailable left of it.

    Given a cluster with 3 nodes
    And containers of image "web:v2" become ready after 24h
    And the manifest "web.yaml"
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """
    And the cluster settles
    When I run `kubectl set image deployment/web web=web:v2`
    Then within 11m, deployment "web" has condition "Progressing" "False" because "ProgressDeadlineExceeded"
    And exactly 4 pods labelled "app=web" are not Ready
    And exactly 10 pods labelled "app=web" show STATUS "Running"
    And at no time, a pod labelled "app=web" has restarted at least 1 time
    And service "web" has 6 endpoints
    And at all times, service "web" has at least 6 endpoints
