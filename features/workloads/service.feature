@workloads
Feature: A Service sends requests to pods that are ready
  Its selector says which pods it stands for; an EndpointSlice lists their addresses, with what is known of each. Only ready ones get
  requests. That list is what makes a rollout invisible to clients, or not.

  Background:
    Given a cluster with 3 nodes
    And containers of image "web:*" behave:
      | ready after | stop |
      | 5s          | 20s  |
    And the manifest "web.yaml"
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """
    And a pod "client" of image "curl:8"
    And the cluster settles

  Scenario: Ready pods are endpoints
    Then service "web" has 8 endpoints
    And container "client" of pod "client" reaches "web:80"
    And `kubectl get service web` prints:
      | NAME | TYPE      | CLUSTER-IP      | EXTERNAL-IP | PORT(S) |
      | web  | ClusterIP | /10\.96\.\d+\.\d+/ | <none>      | 80/TCP  |

  Scenario: A pod whose readiness probe fails gets no requests, and gets them again when it passes
    When the readiness probe of exactly 1 pod labelled "app=web" fails for 2m
    Then within 1m, service "web" has 7 endpoints
    And within 3m, service "web" has 8 endpoints
    And at no time, a pod labelled "app=web" has restarted at least 1 time

  Scenario: A pod that is being deleted gets no new requests
    When I run `kubectl delete pods -l app=web --wait=false`
    And 1 second passes
    Then service "web" has 0 endpoints
    And exactly 8 pods labelled "app=web" show STATUS "Terminating"

  Scenario: A Service whose selector matches nothing has no endpoints
    When I run `kubectl patch service web -p '{"spec":{"selector":{"app":"wep"}}}'`
    And the cluster settles
    Then service "web" has 0 endpoints
    And container "client" of pod "client" does not reach "web:80"

  Scenario: A headless Service gives each pod of a StatefulSet a name
    Given a statefulset "db" with 2 replicas of image "postgres:17"
    When the cluster settles
    Then service "db" has 2 endpoints
    And `kubectl get service db` prints:
      | NAME | TYPE      | CLUSTER-IP | EXTERNAL-IP |
      | db   | ClusterIP | None       | <none>      |
    And container "client" of pod "client" reaches "db-0.db"
    And container "client" of pod "client" does not reach "db-7.db"

  Scenario: A NodePort is chosen from its range
    When I run `kubectl patch service web -p '{"spec":{"type":"NodePort"}}'`
    Then `kubectl get service web` prints:
      | NAME | TYPE     | PORT(S)         |
      | web  | NodePort | /80:3\d{4}.TCP/ |
