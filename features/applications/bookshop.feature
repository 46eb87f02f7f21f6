@applications
Feature: A bookshop of a dozen services stays open
  Twelve services with probes, resources and service accounts of their own, and a cache: what many teams run. Every service with
  more than one replica rolls with maxUnavailable 0, so that neither a release, nor a bad one, nor its rollback takes anything
  away. A lost node does: nobody can know of it before the grace period ends, and a service with one replica is gone until its
  pod is replaced five minutes later.

  Background:
    Given a cluster with 6 nodes in zones "a", "b", "c"
    And containers of image "registry.example.com/bookshop/search:*" become ready after 20s
    And the manifest "bookshop"
    And the cluster settles
    Then every pod labelled "app" in namespace "bookshop" is Ready
    And deployment "gateway" in namespace "bookshop" has 3 available replicas

  Scenario Outline: A node is lost: <node>
    Whichever node it is, every service with two replicas keeps one; the pods come back elsewhere after five minutes.
    When node "<node>" is lost
    Then within 2m, node "<node>" shows STATUS "NotReady"
    When 8 minutes pass
    Then deployment "gateway" in namespace "bookshop" has 3 available replicas
    And deployment "catalogue" in namespace "bookshop" has 3 available replicas
    And deployment "checkout" in namespace "bookshop" has 2 available replicas
    And deployment "mail" in namespace "bookshop" has 1 available replica
    And deployment "basket-cache" in namespace "bookshop" has 1 available replica
    And at all times, deployment "gateway" in namespace "bookshop" has at least 2 available replicas
    And at all times, deployment "catalogue" in namespace "bookshop" has at least 2 available replicas
    And at all times, deployment "checkout" in namespace "bookshop" has at least 1 available replica
    And at all times, deployment "payment" in namespace "bookshop" has at least 1 available replica
    And at all times, service "gateway" in namespace "bookshop" has at least 2 endpoints

    Examples:
      | node   |
      | node-1 |
      | node-2 |
      | node-3 |
      | node-4 |
      | node-5 |
      | node-6 |

  Scenario: A good release of the gateway loses no replica
    When I run `kubectl set image deployment/gateway server=registry.example.com/bookshop/gateway:v1.9.0 -n bookshop`
    Then within 5m, deployment "gateway" in namespace "bookshop" has rolled out
    And at all times, deployment "gateway" in namespace "bookshop" has at least 3 available replicas
    And at all times, service "gateway" in namespace "bookshop" has at least 3 endpoints
    And the rollout of deployment "gateway" in namespace "bookshop" respected its strategy

  Scenario: A release whose image nobody pushed stops at its first pod, and the rollback is free
    Given image "registry.example.com/bookshop/checkout:v1.9.0" exists on no registry
    When I run `kubectl set image deployment/checkout server=registry.example.com/bookshop/checkout:v1.9.0 -n bookshop`
    Then within 2m, a pod labelled "app=checkout" in namespace "bookshop" shows STATUS "ImagePullBackOff"
    And within 11m, deployment "checkout" in namespace "bookshop" has condition "Progressing" "False" because "ProgressDeadlineExceeded"
    When I run `kubectl rollout undo deployment/checkout -n bookshop`
    Then within 2m, deployment "checkout" in namespace "bookshop" has rolled out
    And at all times, deployment "checkout" in namespace "bookshop" has at least 2 available replicas
    And at all times, service "checkout" in namespace "bookshop" has at least 2 endpoints

  Scenario: A release that never becomes ready is held back by its readiness probe
    Given containers of image "registry.example.com/bookshop/payment:v2.0.0" become ready after 24h
    When I run `kubectl set image deployment/payment server=registry.example.com/bookshop/payment:v2.0.0 -n bookshop`
    And 15 minutes pass
    Then deployment "payment" in namespace "bookshop" has condition "Progressing" "False" because "ProgressDeadlineExceeded"
    And exactly 1 pod labelled "app=payment" in namespace "bookshop" is not Ready
    And at all times, deployment "payment" in namespace "bookshop" has at least 2 available replicas
    When I run `kubectl rollout undo deployment/payment -n bookshop`
    Then within 2m, deployment "payment" in namespace "bookshop" has rolled out

  Scenario: A release that eats its memory is killed, again and again, while the old one serves
    Given containers of image "registry.example.com/bookshop/reviews:v2.0.0" use 300Mi of memory
    When I run `kubectl set image deployment/reviews server=registry.example.com/bookshop/reviews:v2.0.0 -n bookshop`
    Then within 5m, a pod labelled "app=reviews" in namespace "bookshop" shows STATUS "CrashLoopBackOff"
    And at all times, deployment "reviews" in namespace "bookshop" has at least 1 available replica

  Scenario: The cache is replaced, never doubled
    Recreate takes the old pod away before the new one starts: two caches would each know half of the baskets.
    When I run `kubectl set image deployment/basket-cache redis=redis:8.0-alpine -n bookshop`
    Then within 2m, deployment "basket-cache" in namespace "bookshop" has rolled out
    And at all times, at most 1 pod labelled "app=basket-cache" in namespace "bookshop" is Ready
