@workloads @kubectl
Feature: kubectl apply: what is configured, what stays unchanged, what others set
  kubectl compares three objects: the manifest it applied last (an annotation), the one it applies now, and the live one. It sends
  what differs as one patch, and says `unchanged` only if there is nothing to send.

  Background:
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        replicas: 2
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec:
            containers:
            - { name: app, image: nginx:1.25, env: [{ name: MODE, value: fast }] }
      """
    And the cluster settles

  Scenario: What was applied can be looked at
    When I run `kubectl apply view-last-applied deployment/web -o json`
    Then the command prints "\"replicas\": 2"

  Scenario: The managers of an object's fields are shown only when asked for
    When I run `kubectl scale deployment/web --replicas=3`
    And I run `kubectl get deployment web -o yaml --show-managed-fields`
    Then the command prints "manager: kubectl-scale"
    And the command prints "manager: kubectl-client-side-apply"

  Scenario: What others added stays, what others changed is set back
    When I run `kubectl set env deployment/web EXTRA=1 MODE=slow`
    And I apply the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        replicas: 2
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec:
            containers:
            - { name: app, image: nginx:1.25, env: [{ name: MODE, value: fast }] }
      """
    And I run `kubectl set env deployment/web --list`
    Then the command prints "MODE=fast"
    And the command prints "EXTRA=1"

  Scenario: A Deployment that is deleted with --cascade=orphan leaves its pods
    When I run `kubectl delete deployment web --cascade=orphan`
    Then the command prints "deployment.apps \"web\" deleted"
    And exactly 2 pods on node "node-1" exist
