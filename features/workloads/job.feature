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

  Scenario: A Job has failed only when its last pod is gone
    Until then a condition says what it is heading for: nothing is left behind that still writes.
    Given containers of job "migrate" take 10s to stop
    And the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        activeDeadlineSeconds: 20
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1"}]}
      """
    When 22s passes
    Then job "migrate" has condition "FailureTarget" "True" because "DeadlineExceeded"
    And job "migrate" has "{.status.terminating}" equal to "1"
    And at no time, job "migrate" has condition "Failed" "True"
    And within 15s, job "migrate" has condition "Failed" "True" because "DeadlineExceeded"
    And job "migrate" has "{.status.terminating}" equal to "0"

  Scenario: Each index has its own back-off limit, and the others go on
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: shards}
      spec:
        completions: 3
        parallelism: 3
        completionMode: Indexed
        backoffLimitPerIndex: 1
        template:
          spec:
            restartPolicy: Never
            containers:
            - {name: work, image: "shard:v1", command: [sh, -c, 'sleep 2; if [ "$JOB_COMPLETION_INDEX" = 1 ]; then exit 3; fi; exit 0']}
      """
    Then within 30s, job "shards" has "{.status.completedIndexes}" equal to "0,2"
    And within 30s, exactly 2 pods labelled "batch.kubernetes.io/job-completion-index=1" exist
    And within 30s, job "shards" has condition "Failed" "True" because "FailedIndexes"
    And job "shards" has "{.status.failedIndexes}" equal to "1"
    And job "shards" has "{.status.failed}" equal to "2"

  Scenario: Too many failed indexes end a Job early
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: shards}
      spec:
        completions: 10
        parallelism: 2
        completionMode: Indexed
        backoffLimitPerIndex: 0
        maxFailedIndexes: 1
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "shard:v1", command: [sh, -c, "sleep 2; exit 1"]}]}
      """
    Then within 1m, job "shards" has condition "Failed" "True" because "MaxFailedIndexesExceeded"
    And job "shards" has "{.status.failedIndexes}" equal to "0,1"

  Scenario: A leader's success is enough where the success policy says so
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: training}
      spec:
        completions: 3
        parallelism: 3
        completionMode: Indexed
        successPolicy: {rules: [{succeededIndexes: "0"}]}
        template:
          spec:
            restartPolicy: Never
            containers:
            - {name: work, image: "train:v1", command: [sh, -c, 'if [ "$JOB_COMPLETION_INDEX" = 0 ]; then sleep 5; exit 0; fi; sleep 600']}
      """
    Then within 1m, job "training" has condition "SuccessCriteriaMet" "True" because "SuccessPolicy"
    And within 1m, job "training" has condition "Complete" "True" because "SuccessPolicy"
    And job "training" has "{.status.succeeded}" equal to "1"
    And within 1m, exactly 1 pod of job "training" exists

  Scenario: By default a pod is replaced as soon as it is deleted, and with podReplacementPolicy Failed when it is gone
    Given containers of image "migrate:v1" take 20s to stop
    And the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: hasty}
      spec:
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1"}]}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: patient}
      spec:
        podReplacementPolicy: Failed
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1"}]}
      """
    When 5s passes
    And I run `kubectl delete pods -l batch.kubernetes.io/job-name --wait=false`
    And 15s passes
    Then exactly 2 pods of job "hasty" exist
    And exactly 1 pod of job "patient" exists
    And within 30s, exactly 1 pod of job "patient" is Ready

  Scenario: An eviction is not the Job's fault
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        backoffLimit: 0
        podFailurePolicy:
          rules:
          - action: Ignore
            onPodConditions: [{type: DisruptionTarget}]
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1", command: [sh, -c, "sleep 60"]}]}
      """
    When 10s passes
    And every pod of job "migrate" is evicted
    Then within 2m, job "migrate" has condition "Complete" "True"
    And job "migrate" has "{.status.failed}" equal to ""

  Scenario: A failure that is ignored still makes the next pod wait
    The limit is spared, the cluster as well: the back-off grows as after any failure.
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        backoffLimit: 0
        podFailurePolicy:
          rules:
          - action: Ignore
            onExitCodes: {operator: In, values: [42]}
        template:
          spec: {restartPolicy: Never, containers: [{name: work, image: "migrate:v1", command: [sh, -c, "exit 42"]}]}
      """
    When 5s passes
    Then for 4s, exactly 1 pod of job "migrate" exists
    And within 10s, exactly 2 pods of job "migrate" exist
    And for 15s, exactly 2 pods of job "migrate" exist
    And within 15s, exactly 3 pods of job "migrate" exist
    And at no time, job "migrate" has condition "Failed" "True"
