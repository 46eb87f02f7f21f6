@scheduling
Feature: Scheduling gates hold a pod back until it is ready to be scheduled
  Whoever must prepare something first (a quota, a volume) puts a gate on the pod. The scheduler does not look at it until all gates
  are gone, so waiting costs nothing and fills no event list.

  Scenario: A gated pod shows SchedulingGated and runs once its gates are taken away
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        schedulingGates: [{ name: example.com/quota }]
        containers: [{ name: app, image: web:v1 }]
      """
    Then for 10m, pod "web" shows STATUS "SchedulingGated"
    And pod "web" has condition "PodScheduled" "False" because "SchedulingGated" with message "Scheduling is blocked due to non-empty scheduling gates"
    When I run `kubectl patch pod web --type=json -p='[{"op":"remove","path":"/spec/schedulingGates"}]'`
    Then within 5s, pod "web" shows STATUS "Running"
