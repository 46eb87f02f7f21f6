@pods @kubectl
Feature: Looking at pods: logs, exec, wait, events, run
  What a person types to see what a pod does.

  Background:
    Given a cluster with 1 node

  Scenario: kubectl logs: the lines so far, of the life before, of one container, the last ones
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - { name: app, image: busybox, command: [sh, -c, "echo starting; sleep 20; echo failing; exit 1"] }
        - { name: other, image: busybox, command: [sh, -c, "for i in 1 2 3; do echo line $i; done; sleep infinity"] }
      """
    When 10 seconds pass
    And I run `kubectl logs web -c app`
    Then the command prints "starting"
    When I run `kubectl logs web -c other --tail=1`
    Then the command prints "line 3"
    When I try to run `kubectl logs web -c app --previous`
    Then the command fails with "previous terminated container \"app\" in pod \"web\" not found"
    When 20 seconds pass
    And I run `kubectl logs web -c app -p`
    Then the command prints "failing"

  Scenario: kubectl logs -f ends when the container does
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: Never
        containers: [{ name: app, image: busybox, command: [sh, -c, "echo begin; sleep 60; echo end"] }]
      """
    When 5 seconds pass
    And I run `kubectl logs -f task`
    Then the command prints "end"
    And within 5s, pod "task" has phase "Succeeded"

  Scenario: kubectl exec runs a command in a container
    Given a pod "web" of image "nginx"
    When the cluster settles
    And I run `kubectl exec web -- sh -c 'echo "hello from $HOSTNAME"'`
    Then the command prints "hello from web"
    When I try to run `kubectl exec web -- sh -c 'exit 3'`
    Then the command fails with "command terminated with exit code 3"
    When I try to run `kubectl exec web -- exit`
    Then the command fails with "executable file not found in $PATH"

  Scenario: kill 1 ends a server that listens to SIGTERM, and its container restarts
    Given a pod "web" of image "nginx"
    When the cluster settles
    And I run `kubectl exec web -- kill 1`
    And the cluster settles
    Then container "web" of pod "web" was last terminated because "Completed" with exit code 0
    And pod "web" has restarted 1 time

  Scenario: kubectl wait lets time pass until something holds
    Given containers of image "slow" become ready after 40s
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - { name: app, image: slow, readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 5 } }
      """
    When I run `kubectl wait pod/web --for=jsonpath='{.status.phase}'=Running --timeout=20s`
    Then the command prints "pod/web condition met"
    And pod "web" is not Ready
    When I try to run `kubectl wait pod/web --for=condition=Ready --timeout=10s`
    Then the command fails with "timed out waiting for the condition on pods/web"
    When I run `kubectl wait pod/web --for=condition=Ready --timeout=60s`
    Then pod "web" is Ready
    When I run `kubectl delete pod web --wait=false`
    And I run `kubectl wait pod/web --for=delete --timeout=60s`
    Then pod "web" does not exist

  Scenario: kubectl events and kubectl get events
    Given image "none" exists on no registry
    And a pod "web" of image "none"
    When 1 minute passes
    And I run `kubectl events --for pod/web --types=Warning`
    Then the command prints "Failed to pull image"
    When I run `kubectl get events --field-selector involvedObject.name=web --sort-by=.lastTimestamp`
    Then the command prints "BackOff"

  Scenario: kubectl run: a pod from the command line
    When I run `kubectl run web --image=nginx --port=80 --env=MODE=fast --labels=app=web,tier=front`
    Then the command prints "pod/web created"
    And within 10s, pod "web" is Ready
    When I run `kubectl exec web -- printenv MODE`
    Then the command prints "fast"

  Scenario: kubectl run -i --rm: print what a command prints and leave nothing behind
    When I run `kubectl run hello --image=busybox --restart=Never -i --rm -- sh -c 'sleep 5; echo hello'`
    Then the command prints "hello"
    And pod "hello" does not exist
