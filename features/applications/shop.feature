@applications
Feature: A shop stays open through a lost node, a bad release and a rollback
  Three services as people run them: probes, resources, a service account, a config map. Zero downtime is a property of the
  manifest: maxUnavailable 0 holds a bad release back, and a spread front end survives the loss of a node.

  Background:
    Given a cluster with 4 nodes
    And the manifest "shop.yaml"
    When the cluster settles
    Then deployment "storefront" in namespace "shop" has 3 available replicas
    And deployment "catalogue" in namespace "shop" has 2 available replicas
    And service "cache" in namespace "shop" has 1 endpoint

  Scenario: A node is lost and customers notice nothing
    When node "node-1" is lost
    Then within 2m, node "node-1" is not Ready
    And within 5m, deployment "storefront" in namespace "shop" has 3 available replicas
    And for 5m, service "storefront" in namespace "shop" has at least 2 endpoints

  Scenario: A release that cannot be pulled takes no replica away, and is rolled back
    Given image "registry.example/shop/storefront:2.0" exists on no registry
    When I run `kubectl set image deployment/storefront storefront=registry.example/shop/storefront:2.0 -n shop`
    Then within 2m, exactly 1 pod labelled "app=storefront" in namespace "shop" shows STATUS "ImagePullBackOff"
    When I run `kubectl rollout undo deployment/storefront -n shop`
    Then within 2m, deployment "storefront" in namespace "shop" has rolled out
    And for 5m, service "storefront" in namespace "shop" has 3 endpoints

  Scenario: A good release replaces every pod within its strategy
    When I run `kubectl set image deployment/storefront storefront=registry.example/shop/storefront:1.1 -n shop`
    Then within 5m, deployment "storefront" in namespace "shop" has rolled out
    And at all times, deployment "storefront" in namespace "shop" has at least 3 available replicas
    And the rollout of deployment "storefront" in namespace "shop" respected its strategy
