@smoke @faults @images
Feature: An image cannot be pulled: ErrImagePull and ImagePullBackOff
  A wrong tag is the commonest broken rollout. The first failed pull shows ErrImagePull; while the kubelet waits for the next
  attempt, longer each time, the pod shows ImagePullBackOff. The container never starts, so nothing is ever restarted.

  Background:
    Given a cluster with 2 nodes

  Scenario: The failing pull alternates with its back-off
    Given image "shop/web:v2" exists on no registry
    And a pod "web" of image "shop/web:v2"
    Then within 10s, pod "web" shows STATUS "ErrImagePull"
    And within 30s, pod "web" shows STATUS "ImagePullBackOff"
    And pod "web" has phase "Pending"
    And pod "web" shows READY "0/1"
    And container "web" of pod "web" is waiting because "ImagePullBackOff"
    And pod "web" has condition "Ready" "False" because "ContainersNotReady"
    And pod "web" has event "Failed" with message "Failed to pull image"
    And pod "web" has event "BackOff" with message "Back-off pulling image"
    And pod "web" has restarted 0 times

  Scenario: Once the registry has the image, the next attempt succeeds
    Given a pod "web" of image "shop/web:v2"
    When image "shop/web:v2" cannot be pulled for 2m
    And 1m passes
    Then pod "web" is not Ready
    And within 6m, pod "web" shows STATUS "Running"
    And pod "web" is Ready
    And pod "web" has restarted 0 times

  Scenario: A rollout to a bad image stops and leaves the old pods serving
    Given a deployment "web" with 3 replicas of image "shop/web:v1"
    And image "shop/web:v2" exists on no registry
    When the cluster settles
    And I run `kubectl set image deployment/web web=shop/web:v2`
    Then within 1m, a pod labelled "app=web" shows STATUS "ImagePullBackOff"
    And for 5m, deployment "web" has at least 3 available replicas
    When I run `kubectl rollout undo deployment/web`
    Then within 1m, deployment "web" has rolled out
    And within 1m, exactly 3 pods labelled "app=web" exist
    And every pod labelled "app=web" is Ready
