@workloads
Feature: A Job runs pods to their end
  Migrations and batch work are to succeed a number of times and then be over. A failed pod is replaced after a back-off of 10 s,
  20 s, 40 s …, until the Job succeeds, runs out of forgiven failures or out of time.

  Background:
    Given a cluster with 3 nodes

  Scenario: A Job completes
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1", command: [sleep, "5"]}]}
      """
    Then within 1m, job "migrate" has "{.status.succeeded}" equal to "1"
    And job "migrate" has condition "Complete" "True"
    And job "migrate" has event "Completed" with message "Job completed"
    And every pod of job "migrate" shows STATUS "Completed"
    And `kubectl get job migrate` prints:
      | NAME    | STATUS   | COMPLETIONS |
      | migrate | Complete | 1/1         |

  Scenario: A Job gives up after its back-off limit
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        backoffLimit: 3
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1", command: [sh, -c, "sleep 2; exit 1"]}]}
      """
    Then within 2m, job "migrate" has condition "Failed" "True" because "BackoffLimitExceeded"
    And exactly 4 pods of job "migrate" exist
    And job "migrate" has "{.status.failed}" equal to "4"
    And for 10m, exactly 4 pods of job "migrate" exist

  Scenario: Completions are worked off in parallel, each under its index
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: shards}
      spec:
        completions: 5
        parallelism: 2
        completionMode: Indexed
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "shard:v1", command: [sleep, "5"]}]}
      """
    Then within 2m, job "shards" has condition "Complete" "True"
    And job "shards" has "{.status.completedIndexes}" equal to "0-4"
    And pod "shards-4-*" has phase "Succeeded"
    And at no time, at least 3 pods of job "shards" have phase "Running"

  Scenario: A suspended Job runs nothing until it is resumed
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1", command: [sleep, "30"]}]}
      """
    When 10s passes
    And I run `kubectl patch job migrate -p '{"spec":{"suspend":true}}'`
    Then within 1m, no pod of job "migrate" exists
    And job "migrate" has condition "Suspended" "True" because "JobSuspended"
    When I run `kubectl patch job migrate -p '{"spec":{"suspend":false}}'`
    Then within 1m, job "migrate" has condition "Complete" "True"
    And job "migrate" has event "Resumed"

  Scenario: A Job that takes too long fails
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        activeDeadlineSeconds: 20
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1"}]}
      """
    Then within 25s, job "migrate" has condition "Failed" "True" because "DeadlineExceeded"
    And within 1m, no pod of job "migrate" exists

  Scenario: An exit code that no retry can mend fails the Job at once
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        podFailurePolicy:
          rules:
          - action: FailJob
            onExitCodes: {operator: In, values: [42]}
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1", command: [sh, -c, "exit 42"]}]}
      """
    Then within 30s, job "migrate" has condition "Failed" "True" because "PodFailurePolicy"
    And exactly 1 pod of job "migrate" exists

  Scenario: A Job that has ended is deleted when its time is up
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        ttlSecondsAfterFinished: 15
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1", command: ["true"]}]}
      """
    Then within 10s, job "migrate" has condition "Complete" "True"
    And within 20s, job "migrate" does not exist
    And within 5s, no pod labelled "job-name=migrate" exists
