@pods
Feature: A container's own restart policy, and rules for exit codes
  With the feature gate ContainerRestartRules (off by default in v1.34) a container may have a restartPolicy of its own, and rules:
  the first rule that fits its exit code restarts it, whatever the policies say. Without the gate the API server drops both.

  Scenario: Without the gate the pod's policy holds: the API server drops what the container says
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: Never
        containers:
        - { name: work, image: busybox, command: [sh, -c, exit 1], restartPolicy: Always }
      """
    When 1 minute passes
    Then pod "task" has phase "Failed"
    And pod "task" has "{.spec.containers[0].restartPolicy}" equal to ""
    And pod "task" has restarted 0 times

  Scenario Outline: Exit code <code>, a rule for <operator> [42] in a pod that never restarts: restarts <restarts>
    Given cluster setting "feature-gates" is "ContainerRestartRules=true"
    And a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: Never
        containers:
        - name: work
          image: busybox
          command: [sh, -c, "sleep 2; exit <code>"]
          restartPolicy: Never
          restartPolicyRules: [{ action: Restart, exitCodes: { operator: <operator>, values: [42] } }]
      """
    When 1 minute passes
    Then pod "task" has phase "<phase>"
    And pod "task" has restarted <restarts>

    Examples:
      | code | operator | phase   | restarts         |
      | 42   | In       | Running | at least 2 times |
      | 1    | In       | Failed  | exactly 0 times  |
      | 1    | NotIn    | Running | at least 2 times |
      | 42   | NotIn    | Failed  | exactly 0 times  |

  Scenario: A container that is not to restart ends for good beside one that goes on
    Given cluster setting "feature-gates" is "ContainerRestartRules=true"
    And a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - { name: app, image: nginx }
        - { name: once, image: busybox, command: [sh, -c, "sleep 5; exit 3"], restartPolicy: Never }
      """
    When 2 minutes pass
    Then pod "web" has phase "Running"
    And pod "web" shows READY "1/2"
    And container "once" of pod "web" is terminated because "Error" with exit code 3
    And pod "web" has restarted 0 times

  Scenario: An init container that may be tried again in a pod that never restarts
    Given cluster setting "feature-gates" is "ContainerRestartRules=true"
    And a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        restartPolicy: Never
        initContainers: [{ name: prepare, image: busybox, command: ["false"], restartPolicy: OnFailure }]
        containers: [{ name: app, image: nginx }]
      """
    Then within 1m, pod "web" shows STATUS "Init:CrashLoopBackOff"
    And pod "web" has phase "Pending"

  Scenario: Rules need a policy beside them
    Given cluster setting "feature-gates" is "ContainerRestartRules=true"
    And a cluster with 1 node
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        containers:
        - name: work
          image: busybox
          restartPolicyRules: [{ action: Restart, exitCodes: { operator: In, values: [42] } }]
      """
    Then the command fails with "spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used"
