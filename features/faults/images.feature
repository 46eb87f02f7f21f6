@faults @images
Feature: Images and registries fail
  A running container has its image; only who starts a new one needs the registry. So an outage of a registry is felt by
  rollouts, scale-ups and pods that move, and ends with the kubelet's next attempt after the registry is back.

  Background:
    Given a cluster with 3 nodes

  Scenario: A registry that is unreachable stops new images, not running containers
    Given a deployment "web" with 3 replicas of image "nginx:1.25"
    When the cluster settles
    And registry "docker.io" is unreachable for 10m
    And a pod "cache" of image "redis:7"
    Then within 1m, pod "cache" shows STATUS "ErrImagePull"
    And within 2m, container "cache" of pod "cache" is waiting because "ImagePullBackOff"
    And for 5m, deployment "web" has 3 available replicas
    And within 15m, pod "cache" is Ready

  Scenario: A rollout to an image that cannot be pulled stops, and a rollback ends it
    Given a deployment "web" with 3 replicas of image "nginx:1.25"
    When the cluster settles
    And image "nginx:1.26" cannot be pulled
    And I run `kubectl set image deployment/web web=nginx:1.26`
    Then within 2m, a pod labelled "app=web" shows STATUS "ImagePullBackOff"
    And for 5m, deployment "web" has at least 3 available replicas
    When I run `kubectl rollout undo deployment/web`
    Then within 2m, deployment "web" has rolled out
    And deployment "web" has "{.spec.template.spec.containers[0].image}" equal to "nginx:1.25"

  Scenario: A registry that limits pulls serves the rest a minute later
    Given registry "docker.io" limits pulls to 2 per minute
    And a pod "one" of image "one:v1"
    And a pod "two" of image "two:v1"
    And a pod "three" of image "three:v1"
    When 20 seconds pass
    Then exactly 2 pods labelled "app" show STATUS "Running"
    And a pod labelled "app" has event "Failed" with message "toomanyrequests"
    And within 3m, every pod labelled "app" shows STATUS "Running"
