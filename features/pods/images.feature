@pods @images
Feature: Images: pull policies, cached images, failing pulls
  The kubelet pulls one image at a time. Whether it asks the registry at all is the pull policy's business: Always for the tag
  latest or none, IfNotPresent else.

  Scenario: IfNotPresent pulls once
    Given a cluster with 1 node
    And a pod "one" of image "nginx:1.25"
    When the cluster settles
    And a pod "two" of image "nginx:1.25"
    And the cluster settles
    Then pod "one" has event "Pulled" with message "Successfully pulled image \"nginx:1.25\""
    And pod "two" has event "Pulled" with message "Container image \"nginx:1.25\" already present on machine"

  Scenario: The tag latest asks the registry every time
    Given a cluster with 1 node
    And a pod "one" of image "nginx"
    When the cluster settles
    And a pod "two" of image "nginx"
    And the cluster settles
    Then pod "two" has event "Pulling"
    And pod "two" has "{.spec.containers[0].imagePullPolicy}" equal to "Always"

  Scenario: Never needs an image that is there already
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers: [{ name: app, image: "nginx:1.25", imagePullPolicy: Never }]
      """
    Then within 10s, pod "web" shows STATUS "ErrImageNeverPull"
    When a pod "puller" of image "nginx:1.25"
    Then within 1m, pod "web" is Ready

  Scenario: A registry that does not answer
    Given a cluster with 1 node
    When registry "docker.io" is unreachable for 3m
    And a pod "web" of image "nginx:1.25"
    Then within 10s, pod "web" shows STATUS "ErrImagePull"
    And within 1m, pod "web" shows STATUS "ImagePullBackOff"
    And within 10m, pod "web" is Ready

  Scenario: Images that nobody uses are removed when the disk fills up
    The sizes of images are made up, 20 to 120 MB each; the disk of this node is small.
    Given a cluster with nodes:
      | name  | cpu | memory | ephemeral-storage |
      | small | 4   | 8Gi    | 400Mi             |
    When I run `kubectl run a --image=a:1 --restart=Never --command -- true`
    And 10 seconds pass
    And I run `kubectl run b --image=b:1 --restart=Never --command -- true`
    And I run `kubectl run c --image=c:1 --restart=Never --command -- true`
    And I run `kubectl run d --image=d:1 --restart=Never --command -- true`
    And I run `kubectl run e --image=e:1 --restart=Never --command -- true`
    And I run `kubectl run f --image=f:1 --restart=Never --command -- true`
    And I run `kubectl run g --image=g:1 --restart=Never --command -- true`
    And I run `kubectl run h --image=h:1 --restart=Never --command -- true`
    And 1 minute passes
    And I run `kubectl delete pods --all`
    And 15 minutes pass
    And I run `kubectl run again --image=a:1 --restart=Never --command -- true`
    And 10 seconds pass
    Then pod "again" has event "Pulled" with message "Successfully pulled image \"a:1\""
