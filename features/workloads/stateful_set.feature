@workloads
Feature: A StatefulSet gives its pods an identity and an order
  Databases want to know who they are. The pods of a StatefulSet are numbered, keep their names and hostnames for ever, and come
  and go one at a time: each waits for the one before it. That order is also what a failing pod can block.

  Background:
    Given a cluster with 3 nodes
    And the manifest "db.yaml"

  Scenario: Pods come in order, each when the one before is ready
    When the cluster settles
    Then statefulset "db" has 3 ready replicas
    And pod "db-0" became Ready before pod "db-1" started
    And pod "db-1" became Ready before pod "db-2" started
    And statefulset "db" has event "SuccessfulCreate" with message "create Pod db-2 in StatefulSet db successful"
    And pod "db-1" has "{.spec.hostname}" equal to "db-1"
    And pod "db-1" has "{.spec.subdomain}" equal to "db"
    And pod "db-1" has "{.metadata.labels.apps\.kubernetes\.io/pod-index}" equal to "1"

  Scenario: A pod that is deleted comes back under its name
    When the cluster settles
    And I delete pod "db-1"
    Then within 1m, pod "db-1" is Ready
    And within 1m, statefulset "db" has 3 ready replicas

  Scenario: A smaller number of replicas takes the highest ordinals away
    When the cluster settles
    And I run `kubectl scale statefulset db --replicas=1`
    And the cluster settles
    Then exactly 1 pod labelled "app=db" exists
    And pod "db-0" is Ready
    And at all times, pod "db-0" exists

  Scenario: With podManagementPolicy Parallel nobody waits
    When I run `kubectl delete statefulset db`
    And I apply the manifest:
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: cache}
      spec:
        serviceName: cache
        replicas: 3
        podManagementPolicy: Parallel
        selector: {matchLabels: {app: cache}}
        template:
          metadata: {labels: {app: cache}}
          spec: {containers: [{name: cache, image: "redis:7"}]}
      """
    Then within 1s, exactly 3 pods labelled "app=cache" exist

  Scenario: A rolling update replaces pods from the highest ordinal down
    When the cluster settles
    And I run `kubectl set image statefulset/db db=postgres:17`
    And I run `kubectl rollout status statefulset/db`
    Then every pod labelled "app=db" has "{.spec.containers[0].image}" equal to "postgres:17"
    And statefulset "db" has 3 updated replicas
    And the pods of statefulset "db" were updated in reverse order
    And at all times, at most 3 pods labelled "app=db" exist

  Scenario: A partition keeps the lower ordinals as they are
    When the cluster settles
    And I run `kubectl patch statefulset db -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}}}}'`
    And I run `kubectl set image statefulset/db db=postgres:17`
    And the cluster settles
    Then pod "db-2" has "{.spec.containers[0].image}" equal to "postgres:17"
    And pod "db-1" has "{.spec.containers[0].image}" equal to "postgres:16"
    And pod "db-0" has "{.spec.containers[0].image}" equal to "postgres:16"

  Scenario: A broken template stops at its first pod, and reverting it does not heal that pod
    Given image "postgres:bad" exists on no registry
    When the cluster settles
    And I run `kubectl set image statefulset/db db=postgres:bad`
    Then within 1m, pod "db-2" shows STATUS "ErrImagePull"
    And for 5m, pod "db-1" is Ready
    When I run `kubectl rollout undo statefulset/db`
    Then for 5m, pod "db-2" is not Ready
    When I delete pod "db-2"
    Then within 1m, statefulset "db" has 3 ready replicas

  Scenario: A pod on a lost node is not replaced until the node is back
    When the cluster settles
    And node "node-1" is lost for 20m
    Then within 10m, a pod on node "node-1" shows STATUS "Terminating"
    And for 5m, statefulset "db" has at most 2 ready replicas
    And within 20m, statefulset "db" has 3 ready replicas

  Scenario: Pods that were left behind belong to the StatefulSet that is made anew
    Its revisions are found again, too: no pod is restarted, and the one that is missing comes back.
    When the cluster settles
    And I run `kubectl delete statefulset db --cascade=orphan`
    And I delete pod "db-1"
    And I apply the manifest "db.yaml"
    Then within 1m, statefulset "db" has 3 ready replicas
    And every pod labelled "app=db" has "{.metadata.ownerReferences[0].name}" equal to "db"
    And at all times, pod "db-0" exists
    And pod "db-0" has restarted 0 times

  Scenario: Scaling down waits for an unready pod, unless it is the lowest of them
    The order holds for going as well: a pod that is not ready might hold data that the others still need.
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: cache}
      spec:
        serviceName: cache
        replicas: 3
        selector: {matchLabels: {app: cache}}
        template:
          metadata: {labels: {app: cache}}
          spec: {containers: [{name: cache, image: "redis:7", readinessProbe: {tcpSocket: {port: 6379}, periodSeconds: 5}}]}
      """
    When the cluster settles
    And the readiness probe of pod "cache-1" fails
    And the readiness probe of pod "cache-2" fails
    Then within 1m, pod "cache-1" is not Ready
    And within 1m, pod "cache-2" is not Ready
    When I run `kubectl scale statefulset cache --replicas=1`
    Then for 10m, pod "cache-2" exists
    When the readiness probe of pod "cache-2" recovers
    Then within 2m, pod "cache-2" does not exist
    And within 1m, pod "cache-1" does not exist
