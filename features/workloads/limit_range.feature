@workloads @admission
Feature: A LimitRange says what one container may ask for
  It has two sides: containers that say nothing get its defaults, and those that ask for too much or too little are refused. It
  counts for pods that are made from then on; those that run are left alone.

  Background:
    Given a cluster with 3 nodes
    And the manifest:
      """
      apiVersion: v1
      kind: LimitRange
      metadata: {name: limits}
      spec:
        limits:
          - type: Container
            default: {cpu: 500m, memory: 256Mi}
            defaultRequest: {cpu: 100m}
            max: {cpu: "1", memory: 1Gi}
      """

  Scenario: A container that says nothing gets the defaults
    Given a pod "web" of image "nginx:1.25"
    Then pod "web" has "{.spec.containers[0].resources.limits.cpu}" equal to "500m"
    And pod "web" has "{.spec.containers[0].resources.requests.cpu}" equal to "100m"
    And pod "web" has "{.spec.containers[0].resources.requests.memory}" equal to "256Mi"
    And pod "web" has "{.status.qosClass}" equal to "Burstable"
    And pod "web" has "{.metadata.annotations.kubernetes\.io/limit-ranger}" equal to "LimitRanger plugin set: cpu, memory request for container web; cpu, memory limit for container web"

  Scenario: Who asks for too much is refused
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {containers: [{name: web, image: "nginx:1.25", resources: {limits: {cpu: "2"}}}]}
      """
    Then the command fails with "pods \"web\" is forbidden: maximum cpu usage per Container is 1, but limit is 2"

  Scenario: The pods of a Deployment get the defaults, its template does not
    Given a deployment "web" with 2 replicas of image "nginx:1.25"
    When the cluster settles
    Then deployment "web" has "{.spec.template.spec.containers[0].resources}" equal to "{}"
    And every pod of deployment "web" has "{.spec.containers[0].resources.requests.cpu}" equal to "100m"

  Scenario: Defaults that contradict a template keep its pods from being made
    A request without a limit gets the default limit, which may be below the request. The template is valid, its pods are not.

    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: hungry}
      spec:
        selector: {matchLabels: {app: hungry}}
        template:
          metadata: {labels: {app: hungry}}
          spec: {containers: [{name: app, image: "nginx:1.25", resources: {requests: {memory: 512Mi}}}]}
      """
    When 1 minute passes
    Then no pod labelled "app=hungry" exists
    And deployment "hungry" has condition "ReplicaFailure" "True" because "FailedCreate" with message "must be less than or equal to memory limit of 256Mi"

  Scenario: A Deployment that asks for too much never gets a pod
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: greedy}
      spec:
        selector: {matchLabels: {app: greedy}}
        template:
          metadata: {labels: {app: greedy}}
          spec: {containers: [{name: app, image: "nginx:1.25", resources: {limits: {cpu: "4"}}}]}
      """
    When 1 minute passes
    Then deployment "greedy" has condition "ReplicaFailure" "True" because "FailedCreate" with message "is forbidden: maximum cpu usage per Container is 1, but limit is 4"
