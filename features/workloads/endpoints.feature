@workloads
Feature: Endpoints: the addresses of a Service, and those that a person writes
  A Service with a selector gets its addresses by itself: EndpointSlices, and beside them one object of the older kind Endpoints.
  A Service without a selector gets none; who writes Endpoints for it sends its requests wherever he likes.

  Background:
    Given a cluster with 2 nodes

  Scenario: Endpoints list the ready pods, and apart from them those that are not
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        containers:
          - {name: web, image: "nginx:1.25", readinessProbe: {httpGet: {port: 80}}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """
    When the cluster settles
    Then endpoints "web" has "{.subsets[0].addresses[0].targetRef.name}" equal to "web"
    And endpoints "web" has "{.subsets[0].ports[0].port}" equal to "80"
    When the readiness probe of pod "web" fails for 2m
    Then within 1m, endpoints "web" has "{.subsets[0].notReadyAddresses[0].targetRef.name}" equal to "web"
    And within 3m, endpoints "web" has "{.subsets[0].addresses[0].targetRef.name}" equal to "web"
    When I run `kubectl delete service web`
    And the cluster settles
    Then endpoints "web" does not exist

  Scenario: Endpoints that a person writes are mirrored into a slice
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: legacy}
      spec: {ports: [{port: 5432}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: legacy}
      subsets:
        - addresses: [{ip: 192.0.2.10}, {ip: 192.0.2.11}]
          ports: [{port: 5432}]
      """
    When the cluster settles
    Then service "legacy" has 2 endpoints
    When I run `kubectl delete endpoints legacy`
    And the cluster settles
    Then service "legacy" has 0 endpoints

  Scenario: Two Services cannot have one node port
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: one}
      spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
      """
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: two}
      spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
      """
    Then the command fails with "spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated"
    And service "two" does not exist
