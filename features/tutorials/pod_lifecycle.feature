# language: ko
@tutorial
기능: Pod의 생명주기와 상태 관리
  튜토리얼 "쿠버네티스 Pod의 생명주기와 상태 관리"의 설명과 실습을 그대로 실행한다. Pod는 Pending에서 시작하여 Running을 거쳐
  Succeeded 또는 Failed로 끝나고, kubectl get pods의 STATUS는 그 사이에 일어나는 일을 보여 준다.

  배경:
    조건 a cluster with 2 nodes

  시나리오: 정상적인 Pod는 Pending, ContainerCreating을 거쳐 Running이 된다
    조건 a pod "web" of image "nginx:1.25"
    그러면 within 30s, pod "web" shows STATUS "Running"
    그리고 pod "web" has phase "Running"
    그리고 pod "web" went through STATUS "Pending, ContainerCreating, Running"

  시나리오: 배치 작업이 모두 성공하면 Succeeded가 되고 자동으로 삭제되지 않는다
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata:
        name: batch
      spec:
        restartPolicy: Never
        containers:
        - name: task
          image: busybox
          command: ['sh', '-c', 'echo done; sleep 5']
      """
    그러면 within 1m, pod "batch" has phase "Succeeded"
    그리고 pod "batch" shows STATUS "Completed"
    그리고 for 1h, pod "batch" exists

  시나리오: restartPolicy가 Never이면 실패 후 재시작하지 않고 Failed로 끝난다
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata:
        name: batch
      spec:
        restartPolicy: Never
        containers:
        - name: task
          image: busybox
          command: ['sh', '-c', 'exit 3']
      """
    그러면 within 1m, pod "batch" has phase "Failed"
    그리고 pod "batch" shows STATUS "Error"
    그리고 container "task" of pod "batch" is terminated because "Error" with exit code 3
    그리고 for 10m, pod "batch" has restarted 0 times

  시나리오: 실습 예시 - CrashLoopBackOff 상태 만들기
    만일 I run `kubectl apply -f crash-test.yaml`
    그러면 within 1m, pod "crash-test" shows STATUS "CrashLoopBackOff"
    그리고 `kubectl get pods` prints:
      | NAME       | READY | STATUS           | RESTARTS |
      | crash-test | 0/1   | CrashLoopBackOff | *        |
    그리고 container "bad-container" of pod "crash-test" was last terminated because "Error" with exit code 1
    그리고 within 5m, pod "crash-test" has restarted at least 4 times
    만일 I run `kubectl describe pod crash-test`
    그러면 the command prints "Back-off restarting failed container"

  시나리오: 실행 파일을 찾을 수 없는 command는 시작하지 못한다
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata:
        name: wrong-command
      spec:
        containers:
        - name: app
          image: busybox
          command: ["exit", "1"]
      """
    그러면 within 1m, pod "wrong-command" shows STATUS "CrashLoopBackOff"
    그리고 container "app" of pod "wrong-command" was last terminated because "StartError" with exit code 128

  시나리오: 존재하지 않는 ConfigMap을 참조하면 컨테이너를 만들 수 없다
    만일 I run `kubectl apply -f missing-env.yaml`
    그러면 within 1m, pod "missing-env" shows STATUS "CreateContainerConfigError"
    그리고 pod "missing-env" has phase "Pending"
    그리고 pod "missing-env" has event "Failed" with message "configmap "missing-config" not found"
