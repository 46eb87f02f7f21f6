@workloads @admission
Feature: A namespace can hold its pods to a security standard
  Labels of a namespace name a Pod Security Standard. What it enforces, no pod may break; since a Deployment's template is not held
  against it, only a warning and its ReplicaSet's events tell that its pods are refused.

  Background:
    Given a cluster with 2 nodes
    And the manifest:
      """
      apiVersion: v1
      kind: Namespace
      metadata:
        name: safe
        labels:
          pod-security.kubernetes.io/enforce: baseline
          pod-security.kubernetes.io/warn: restricted
      """

  Scenario: A pod that shares the node's network is refused
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web, namespace: safe}
      spec: {hostNetwork: true, containers: [{name: web, image: "nginx:1.25"}]}
      """
    Then the command fails with "pods \"web\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true)"

  Scenario: What is only warned of is made all the same
    When I run `kubectl run web -n safe --image=nginx:1.25`
    Then the command prints "Warning: would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"web\" must set securityContext.allowPrivilegeEscalation=false)"
    And within 1m, pod "web" in namespace "safe" is Ready

  Scenario: A Deployment whose pods are forbidden has none
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: agent, namespace: safe}
      spec:
        selector: {matchLabels: {app: agent}}
        template:
          metadata: {labels: {app: agent}}
          spec: {hostPID: true, containers: [{name: agent, image: "agent:1"}]}
      """
    When 1 minute passes
    Then `kubectl get deployment agent -n safe` prints:
      | NAME  | READY | UP-TO-DATE | AVAILABLE |
      | agent | 0/1   | 0          | 0         |
    And deployment "agent" in namespace "safe" has condition "ReplicaFailure" "True" because "FailedCreate"
