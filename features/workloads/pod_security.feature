@workloads @admission
Feature: Pod Security admission holds the pods of a namespace to a standard
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

  Scenario: Who makes a namespace stricter is warned of the pods that would not be let in
    Nothing happens to those pods; the next rollout is what fails.
    Given a namespace "shop"
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: agent, namespace: shop}
      spec:
        replicas: 2
        selector: {matchLabels: {app: agent}}
        template:
          metadata: {labels: {app: agent}}
          spec: {hostPID: true, containers: [{name: agent, image: "agent:1"}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: free, namespace: shop}
      spec: {containers: [{name: free, image: "agent:1", securityContext: {appArmorProfile: {type: Unconfined}}}]}
      """
    When the cluster settles
    And I run `kubectl label namespace shop pod-security.kubernetes.io/enforce=baseline`
    Then the command prints "Warning: existing pods in namespace \"shop\" violate the new PodSecurity enforce level \"baseline:latest\""
    And the command prints "Warning: free: forbidden AppArmor profile"
    And for 1m, deployment "agent" in namespace "shop" has 2 available replicas

  Scenario: A standard that does not exist is refused
    When I try to run `kubectl label namespace safe pod-security.kubernetes.io/enforce=strict --overwrite`
    Then the command fails with "metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\": must be one of privileged, baseline, restricted"
