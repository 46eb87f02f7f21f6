Feature: Sentences that make, change and delete objects
  What a person would type stays what they would type; the plain objects have a sentence.

  Background:
    Given a cluster with 3 nodes

  Scenario: A pod, a deployment, a statefulset and a daemonset of one image
    Given a pod "one" of image "nginx:1.25"
    And a deployment "web" with 3 replicas of image "nginx:1.25"
    And a deployment "single" with 1 replica of image "nginx:1.25"
    And a statefulset "db" with 2 replicas of image "postgres:17"
    And a daemonset "agent" of image "fluentd"
    When the cluster settles
    Then pod "one" has "{.metadata.labels.app}" equal to "one"
    And pod "one" has "{.spec.containers[0].name}" equal to "one"
    And every pod labelled "app=web" is Ready
    And deployment "single" has 1 ready replica
    And pod "db-1" has "{.spec.containers[0].name}" equal to "db"
    And exactly 3 pods of daemonset "agent" exist
    And every pod of daemonset "agent" has "{.spec.containers[0].image}" equal to "fluentd"

  Scenario: A manifest by its file, a folder of them, a glob
    Given the manifest "objects/web.yaml"
    And the manifest "objects"
    And the manifest "objects/*-settings.yaml"
    When the cluster settles
    Then deployment "web" has 2 ready replicas
    And configmap "web-settings" exists
    And secret "web-secret" exists

  Scenario: A manifest in the scenario itself, of several documents
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: web, namespace: shop}
      spec:
        containers: [{name: web, image: nginx}]
      """
    When I apply the manifest "objects/web.yaml"
    And I apply the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: plain}
      data: {a: b}
      """
    And the cluster settles
    Then pod "web" in namespace "shop" is Ready
    And deployment "web" has rolled out
    And configmap "plain" has "{.data.a}" equal to "b"

  Scenario: A manifest that may be refused
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {containers: []}
      """
    Then the command fails with "spec.containers: Required value"
    And pod "web" does not exist
    When I try to apply the manifest "objects/web.yaml"
    Then the command succeeds

  Scenario: A namespace, and objects of one name in two of them
    Given a namespace "shop"
    When I run `kubectl create deployment web --image=nginx -n shop`
    And the cluster settles
    Then deployment "web" in namespace "shop" has 1 available replica
    And deployment "web" does not exist

  Scenario: A kubectl command, and one that may fail
    Given a deployment "web" with 3 replicas of image "nginx:1.25"
    When I run `kubectl scale deployment/web --replicas=5`
    Then the command prints "deployment.apps/web scaled"
    And the command succeeds
    And within 1m, deployment "web" has 5 ready replicas
    When I try to run `kubectl scale deployment/nope --replicas=5`
    Then the command fails with "not found"

  Scenario: A blocked drain fails when its timeout is over
    Given a deployment "web" with 3 replicas of image "nginx:1.25"
    And the manifest:
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web}
      spec: {minAvailable: 3, selector: {matchLabels: {app: web}}}
      """
    And the cluster settles
    When I try to run `kubectl drain node-1 --timeout=1m`
    Then the command fails with "violate the pod's disruption budget"
    And node "node-1" shows STATUS "Ready,SchedulingDisabled"

  Scenario: Deleting waits until the object is gone
    Given a statefulset "db" with 2 replicas of image "postgres:17"
    And a pod "web-0" of image "nginx:1.25"
    And containers of image "nginx:1.25" take 10s to stop
    And the cluster settles
    When I delete pod "web-0"
    Then pod "web-0" does not exist
    When I delete statefulset "db"
    Then statefulset "db" does not exist
    And within 1m, no pod of statefulset "db" exists

  Scenario Outline: Time passes, in every way to write it: <duration>
    When <duration> <passes>
    Then `kubectl get namespace default` prints:
      | NAME    | AGE   |
      | default | <age> |

    Examples:
      | duration   | passes | age    |
      | 90s        | pass   | 90s    |
      | 90 seconds | pass   | 90s    |
      | 5m         | passes | 5m     |
      | 5 minutes  | pass   | 5m     |
      | 1 minute   | passes | 60s    |
      | 1h30m      | passes | 90m    |
      | 1 hour     | passes | 60m    |
      | 2500ms     | pass   | 2s     |
