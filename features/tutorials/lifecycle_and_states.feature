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

  시나리오: 존재하지 않는 ConfigMap을 참조하면 컨테이너를 만들 수 없다
    튜토리얼은 CrashLoopBackOff의 예로 들지만, 컨테이너가 만들어지지 않으므로 STATUS는 CreateContainerConfigError이고 재시작도 없다.
    만일 I run `kubectl apply -f missing-env.yaml`
    그러면 within 1m, pod "missing-env" shows STATUS "CreateContainerConfigError"
    그리고 pod "missing-env" has phase "Pending"
    그리고 pod "missing-env" has event "Failed" with message "configmap "missing-config" not found"
    그리고 pod "missing-env" has restarted 0 times
    만일 I run `kubectl apply -f missing-config.yaml`
    그러면 within 30s, pod "missing-env" shows STATUS "Running"
    만일 I run `kubectl exec missing-env -- printenv API_KEY`
    그러면 the command prints "s3cr3t"

  시나리오: Pending의 원인 - 스케줄러가 아직 노드를 선택하지 못함
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: big }
      spec:
        containers: [{ name: app, image: nginx, resources: { requests: { cpu: "100" } } }]
      """
    만일 1 minute passes
    그러면 pod "big" has phase "Pending"
    그리고 pod "big" has condition "PodScheduled" "False" because "Unschedulable"

  시나리오: Pending의 원인 - 필요한 이미지 다운로드 중
    조건 image "nginx:1.25" takes 1m to pull
    그리고 a pod "web" of image "nginx:1.25"
    만일 30 seconds pass
    그러면 pod "web" has phase "Pending"
    그리고 pod "web" shows STATUS "ContainerCreating"

  시나리오: Pending의 원인 - PVC가 연결되지 않음
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: db }
      spec:
        containers:
        - { name: db, image: postgres, volumeMounts: [{ name: data, mountPath: /data }] }
        volumes: [{ name: data, persistentVolumeClaim: { claimName: missing } }]
      """
    만일 1 minute passes
    그러면 pod "db" has phase "Pending"
    그리고 pod "db" is not Ready

  시나리오: Pending의 원인 - init container가 아직 종료되지 않음
    튜토리얼은 init container 실행 중인 상태를 Running의 세부 상태로 나누지만, 실제 phase는 Pending이다.
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers: [{ name: prepare, image: busybox, command: [sh, -c, sleep 1m] }]
        containers: [{ name: app, image: nginx }]
      """
    만일 30 seconds pass
    그러면 pod "web" has phase "Pending"
    그리고 pod "web" shows STATUS "Init:0/1"
    그리고 within 1m, pod "web" has phase "Running"

  시나리오: Running이어도 Readiness Probe가 실패하면 서비스는 연결되지 않는다
    조건 the manifest "probed.yaml"
    만일 the cluster settles
    그러면 service "probed" routes to pod "probed"
    만일 the readiness probe of pod "probed" fails
    그러면 within 30s, service "probed" does not route to pod "probed"
    그리고 pod "probed" has phase "Running"
    그리고 pod "probed" shows READY "0/1"

  시나리오: 볼륨 마운트 실패는 Failed가 아니라 ContainerCreating에 머문다
    튜토리얼은 볼륨 마운트 실패를 Failed의 원인으로 들지만, kubelet은 성공할 때까지 다시 시도한다.
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        restartPolicy: Never
        containers:
        - { name: app, image: nginx, volumeMounts: [{ name: tls, mountPath: /tls }] }
        volumes: [{ name: tls, secret: { secretName: missing } }]
      """
    만일 5 minutes pass
    그러면 pod "web" shows STATUS "ContainerCreating"
    그리고 pod "web" has phase "Pending"
    그리고 pod "web" has event "FailedMount" with message "secret "missing" not found"

  시나리오: CrashLoopBackOff의 원인 - 애플리케이션 오류
    조건 containers of image "shop/java-app" log "Exception in thread \"main\" java.lang.NullPointerException"
    그리고 containers of image "shop/java-app" exit with code 1 after 2s
    그리고 a pod "java-app" of image "shop/java-app"
    그러면 within 2m, pod "java-app" shows STATUS "CrashLoopBackOff"
    만일 I run `kubectl logs java-app --previous`
    그러면 the command prints "NullPointerException"

  시나리오: CrashLoopBackOff의 원인 - 잘못된 Command/Entrypoint
    셸 내장 명령 exit는 실행 파일이 아니므로 컨테이너는 시작조차 하지 못한다. STATUS는 RunContainerError와 CrashLoopBackOff를 오간다.
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
    그러면 within 1m, pod "wrong-command" shows STATUS "RunContainerError"
    그리고 within 1m, pod "wrong-command" shows STATUS "CrashLoopBackOff"
    그리고 container "app" of pod "wrong-command" was last terminated because "StartError" with exit code 128
    그리고 pod "wrong-command" has event "Failed" with message "executable file not found in $PATH"

  시나리오: CrashLoopBackOff의 원인 - 환경변수 누락
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: app }
      spec:
        containers:
        - name: app
          image: busybox
          command: [sh, -c, 'if [ -z "$DATABASE_URL" ]; then echo "DATABASE_URL is not set"; exit 1; fi; sleep infinity']
      """
    그러면 within 2m, pod "app" shows STATUS "CrashLoopBackOff"
    만일 I run `kubectl logs app --previous`
    그러면 the command prints "DATABASE_URL is not set"

  시나리오: CrashLoopBackOff의 원인 - 의존 서비스 미작동
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: app }
      spec:
        containers:
        - { name: app, image: busybox, command: [sh, -c, "nc -z db 5432 || exit 1; sleep infinity"] }
      """
    그러면 within 2m, pod "app" shows STATUS "CrashLoopBackOff"
    만일 I run `kubectl logs app --previous`
    그러면 the command prints "bad address 'db'"
    만일 I run `kubectl run db --image=postgres --port=5432 --expose`
    그러면 within 5m, pod "app" is Ready
    그리고 for 10m, pod "app" shows STATUS "Running"

  시나리오: CrashLoopBackOff의 원인 - Health Check 실패
    조건 the manifest "probed.yaml"
    만일 the cluster settles
    그리고 the liveness probe of pod "probed" fails
    그러면 within 10m, pod "probed" shows STATUS "CrashLoopBackOff"
    그리고 pod "probed" has event "Unhealthy" with message "Liveness probe failed"
    그리고 pod "probed" has event "Killing" with message "failed liveness probe, will be restarted"

  시나리오: 이미지 문제는 CrashLoopBackOff가 아니라 ImagePullBackOff로 끝난다
    컨테이너가 한 번도 시작되지 않으므로 재시작도 없다. phase는 Pending에 머문다.
    조건 image "shop/web:no-such-tag" exists on no registry
    그리고 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers: [{ name: app, image: "shop/web:no-such-tag", imagePullPolicy: Always }]
      """
    그러면 within 10s, pod "web" shows STATUS "ErrImagePull"
    그리고 within 1m, pod "web" shows STATUS "ImagePullBackOff"
    그리고 pod "web" has phase "Pending"
    만일 30m passes
    그러면 at no time, pod "web" shows STATUS "CrashLoopBackOff"
    그리고 pod "web" has restarted 0 times

  시나리오: 상태 관리 시 체크포인트 - get, describe, logs, exec
    조건 the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers: [{ name: app, image: nginx }]
      """
    그리고 containers of image "nginx" log "start worker processes"
    만일 the cluster settles
    그러면 `kubectl get pods` prints:
      | NAME | READY | STATUS  | RESTARTS |
      | web  | 1/1   | Running | 0        |
    만일 I run `kubectl describe pod web`
    그러면 the command prints "Started container app"
    만일 I run `kubectl logs web`
    그러면 the command succeeds
    만일 I run `kubectl exec -it web -- sh`
    그러면 the command succeeds
    만일 I run `kubectl exec -it web -- sh -c "hostname"`
    그러면 the command prints "web"
