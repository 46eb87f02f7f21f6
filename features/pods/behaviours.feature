@pods @behaviours
Feature: What a scenario says of processes while they run
  A sentence about containers, such as how long they take to stop, counts for those that are started from then on: a process that
  runs goes on as it began. What it says of images counts from the next pull on. The latest sentence holds.

  Background:
    Given a cluster with 1 node

  Scenario: A container that runs stops as it would have; the next one as was said
    Given a pod "old" of image "my-server:v1"
    When the cluster settles
    And containers of image "my-server:v1" take 20s to stop
    And I run `kubectl delete pod old --wait=false`
    Then within 3s, pod "old" does not exist
    When a pod "new" of image "my-server:v1"
    And the cluster settles
    And I run `kubectl delete pod new --wait=false`
    Then for 19s, pod "new" shows STATUS "Terminating"
    And within 3s, pod "new" does not exist

  Scenario: A restart is a start
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: my-server:v1
          readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 1 }
      """
    When the cluster settles
    And containers of image "my-server:v1" become ready after 30s
    Then for 1m, pod "web" is Ready
    When container "app" of pod "web" exits with code 1
    Then within 5s, pod "web" is not Ready
    And for 25s, pod "web" is not Ready
    And within 10s, pod "web" is Ready

  Scenario: An image that is on the node already runs, though it cannot be pulled any more
    Given a pod "one" of image "my-server:v1"
    When the cluster settles
    And image "my-server:v1" exists on no registry
    And a pod "two" of image "my-server:v1"
    Then within 5s, pod "two" is Ready
    When the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: three }
      spec:
        containers: [{ name: app, image: "my-server:v1", imagePullPolicy: Always }]
      """
    Then within 5s, pod "three" shows STATUS "ErrImagePull"

  Scenario: The latest sentence holds
    Given containers of image "my-server:v1" exit with code 1 after 5s
    And containers of image "my-server:v1" behave:
      | exit after | exit code |
      | 5s         | 0         |
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: OnFailure
        containers: [{ name: app, image: "my-server:v1" }]
      """
    Then within 20s, pod "task" has phase "Succeeded"
