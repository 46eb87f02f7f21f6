@pods
Feature: A command that is not there: StartError, and ContainerCannotRun before v1.24
  The container is created, but nothing can be started in it. STATUS turns between RunContainerError and CrashLoopBackOff; how the
  container ended says lastState. Kubelets that ran Docker through dockershim (until v1.23) told it in other words than today's
  with containerd.

  Scenario Outline: In v<version> the container ended with <reason>, exit code <code>
    Given cluster setting "kubernetes-version" is "<version>"
    And a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers: [{ name: app, image: nginx, command: [exit, "1"] }]
      """
    Then within 10s, pod "web" shows STATUS "RunContainerError"
    And within 10s, pod "web" shows STATUS "CrashLoopBackOff"
    And container "app" of pod "web" was last terminated because "<reason>" with exit code <code>
    And pod "web" has phase "Running"
    And pod "web" has event "Failed" with message "<message>"

    Examples:
      | version | reason             | code | message                                                                                                       |
      | 1.23    | ContainerCannotRun | 127  | OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \\"exit\\"        |
      | 1.34    | StartError         | 128  | runc create failed: unable to start container process: exec: \\"exit\\": executable file not found in $PATH  |

  Scenario: With restartPolicy Never the pod has failed, and STATUS says how
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        restartPolicy: Never
        containers: [{ name: app, image: nginx, command: [sh -c true] }]
      """
    Then within 10s, pod "web" has phase "Failed"
    And pod "web" shows STATUS "StartError"
    And pod "web" has "{.status.containerStatuses[0].state.terminated.message}" equal to "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"sh -c true\": executable file not found in $PATH: unknown"
