@workloads
Feature: A CronJob starts Jobs on a schedule
  Backups and reports run by the clock. What to do when a run takes longer than the time to the next one, and how late a missed run
  may still be started, are decisions that show only when something is slow or down: here they are made to show.
  The simulation starts on 2025-01-01 at 00:00:00 UTC, a Wednesday.

  Background:
    Given a cluster with 3 nodes

  Scenario: A Job is started every minute, and the last three are kept
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: tick}
      spec:
        schedule: "* * * * *"
        jobTemplate:
          metadata: {labels: {team: reports}}
          spec:
            template:
              spec: {restartPolicy: OnFailure, containers: [{name: work, image: "tick:v1", command: [sleep, "5"]}]}
      """
    Then cronjob "tick" has "{.status.active}" equal to ""
    When 65s passes
    Then `kubectl get cronjobs` prints:
      | NAME | SCHEDULE  | TIMEZONE | SUSPEND | ACTIVE | LAST SCHEDULE |
      | tick | * * * * * | <none>   | False   | 1      | 5s            |
    And job "tick-28928161" has "{.metadata.labels.team}" equal to "reports"
    And job "tick-28928161" has "{.metadata.annotations.batch\.kubernetes\.io/cronjob-scheduled-timestamp}" equal to "2025-01-01T00:01:00Z"
    And the events of cronjob "tick" include:
      | type   | reason           | message                   |
      | Normal | SuccessfulCreate | Created job tick-28928161 |
    When 5m passes
    Then job "tick-28928161" does not exist
    And job "tick-28928163" has completed
    And cronjob "tick" has event "SawCompletedJob" with message "Saw completed job: tick-28928163, condition: Complete"
    And cronjob "tick" has event "SuccessfulDelete" with message "Deleted job tick-28928161"
    And cronjob "tick" has "{.status.lastScheduleTime}" equal to "2025-01-01T00:06:00Z"

  Scenario: By default, Jobs that take long overlap
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: report}
      spec:
        schedule: "*/1 * * * *"
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "report:v1", command: [sleep, "150"]}]}
      """
    Then within 4m, exactly 3 pods of cronjob "report" have phase "Running"

  Scenario: Forbid skips a start while an earlier Job runs
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: report}
      spec:
        schedule: "* * * * *"
        concurrencyPolicy: Forbid
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "report:v1", command: [sleep, "90"]}]}
      """
    When 2m30s passes
    Then cronjob "report" has event "JobAlreadyActive" with message "prior execution is running and concurrency policy is Forbid"
    # What was skipped is made up for as soon as the earlier Job has ended.
    When 10s passes
    Then job "report-28928162" exists
    And at no time, at least 2 pods of cronjob "report" have phase "Running"

  Scenario: Replace stops the earlier Job
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: report}
      spec:
        schedule: "* * * * *"
        concurrencyPolicy: Replace
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "report:v1"}]}
      """
    When 2m30s passes
    Then job "report-28928161" does not exist
    And job "report-28928162" exists
    And within 10s, exactly 1 pod of cronjob "report" exists

  Scenario: A suspended CronJob starts nothing, and makes up for the last start when it goes on
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: tick}
      spec:
        schedule: "*/10 * * * *"
        suspend: true
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "tick:v1", command: ["true"]}]}
      """
    When 35 minutes pass
    Then no pod of cronjob "tick" exists
    When I run `kubectl patch cronjob tick -p '{"spec":{"suspend":false}}'`
    Then within 5s, job "tick-28928190" exists
    And within 5s, exactly 1 pod of cronjob "tick" exists

  Scenario: What is missed for longer than the starting deadline is not made up for
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: tick}
      spec:
        schedule: "*/10 * * * *"
        startingDeadlineSeconds: 60
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "tick:v1", command: ["true"]}]}
      """
    When 9m passes
    And the controller manager is down for 5m
    And 10m passes
    Then job "tick-28928170" does not exist
    And job "tick-28928180" does not exist
    When 2m passes
    Then job "tick-28928180" has completed

  Scenario: More than 100 missed starts are reported
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: tick}
      spec:
        schedule: "* * * * *"
        suspend: true
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "tick:v1", command: ["true"]}]}
      """
    When 2 hours pass
    And I run `kubectl patch cronjob tick -p '{"spec":{"suspend":false}}'`
    Then within 5s, cronjob "tick" has event "TooManyMissedTimes" with message "too many missed start times"
    And job "tick-28928280" exists

  Scenario: The schedule is read in the time zone that is given
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: backup}
      spec:
        schedule: "30 9 * * *"
        timeZone: Asia/Seoul
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "backup:v1", command: ["true"]}]}
      """
    When 31 minutes pass
    Then cronjob "backup" has "{.status.lastScheduleTime}" equal to "2025-01-01T00:30:00Z"
    And job "backup-28928190" has "{.metadata.annotations.batch\.kubernetes\.io/cronjob-scheduled-timestamp}" equal to "2025-01-01T09:30:00+09:00"

  Scenario: A day that never comes is said to be invalid
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: never}
      spec:
        schedule: "0 0 31 2 *"
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "backup:v1"}]}
      """
    Then within 1m, cronjob "never" has event "InvalidSchedule"

  Scenario: Nothing is left to do between two starts
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: yearly}
      spec:
        schedule: "@yearly"
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "backup:v1"}]}
      """
    When the cluster settles
    Then no pod of cronjob "yearly" exists

  Scenario: Deleting a CronJob deletes its Jobs and their pods
    Given the manifest:
      """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: tick}
      spec:
        schedule: "* * * * *"
        jobTemplate:
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: work, image: "tick:v1"}]}
      """
    When 90s passes
    And I delete cronjob "tick"
    Then within 2m, job "tick-28928161" does not exist
    And within 2m, no pod labelled "batch.kubernetes.io/job-name=tick-28928161" exists

  Scenario: A zone does not belong in the schedule
    It never was supported there; since v1.29 the API server says so.
    When I try to run `kubectl create cronjob tick --image=tick:v1 --schedule="TZ=Asia/Seoul 0 9 * * *"`
    Then the command fails with "spec.schedule: Invalid value: \"TZ=Asia/Seoul 0 9 * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
    And cronjob "tick" does not exist
