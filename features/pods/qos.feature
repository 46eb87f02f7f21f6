@pods
Feature: Quality of service classes
  Kubernetes classes a pod by its requests and limits when it is created: Guaranteed if every container limits CPU and memory and
  requests as much, BestEffort if none says anything, Burstable else. The class never changes.

  Background:
    Given a cluster with 1 node

  Scenario Outline: <class>
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers: [{ name: app, image: nginx, resources: <resources> }]
      """
    Then pod "web" has QoS class "<class>"
    When the cluster settles
    Then pod "web" has QoS class "<class>"
    When I run `kubectl describe pod web`
    Then the command prints "<class>"

    Examples:
      | class      | resources                                                                     |
      | BestEffort | {}                                                                            |
      | Burstable  | { requests: { cpu: 100m } }                                                   |
      | Burstable  | { limits: { memory: 64Mi } }                                                  |
      | Burstable  | { requests: { cpu: 100m, memory: 32Mi }, limits: { cpu: 100m, memory: 64Mi } } |
      | Guaranteed | { limits: { cpu: 100m, memory: 64Mi } }                                       |
      | Guaranteed | { requests: { cpu: 1, memory: 64Mi }, limits: { cpu: 1000m, memory: 64Mi } }  |
