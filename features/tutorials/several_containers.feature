@tutorial @pods
Feature: Several containers in one Pod, and init containers before them
  Chapter "Multi Container Pod and Init Container". A Pod is one application: its containers share an address, its ports and
  its volumes, and live and die together. Init containers prepare, one after the other, before any of them starts.

  Background:
    Given a cluster with 2 nodes

  Scenario: Two containers of a Pod share its address and reach each other by localhost
    Given the manifest "my-web-application.yaml"
    Then within 30s, pod "my-web-application" shows READY "2/2"
    And container "nginx-container" of pod "my-web-application" reaches "127.0.0.1:8000"
    And container "django-container" of pod "my-web-application" reaches "localhost:80"

  Scenario: What only another Pod serves is not reached by localhost
    Given a pod "nginx" of image "nginx"
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: client }
      spec:
        containers:
        - { name: client, image: busybox, command: [sleep, infinity] }
      """
    When the cluster settles
    Then container "client" of pod "client" does not reach "localhost:80"

  Scenario: Containers of a Pod share its ports: the second that wants one fails
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: twins }
      spec:
        containers:
        - { name: first, image: nginx }
        - { name: second, image: nginx }
      """
    Then within 2m, container "second" of pod "twins" is waiting because "CrashLoopBackOff"
    And container "first" of pod "twins" is running
    And pod "twins" shows READY "1/2"
    When I run `kubectl logs twins -c second --previous`
    Then the command prints "address already in use"

  Scenario: Containers of a Pod share a volume
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: shared }
      spec:
        volumes: [{ name: work, emptyDir: {} }]
        containers:
        - name: writer
          image: busybox
          command: [sh, -c, "sleep 10; echo hello > /work/message; sleep infinity"]
          volumeMounts: [{ name: work, mountPath: /work }]
        - name: reader
          image: busybox
          command: [sh, -c, "until [ -f /data/message ]; do sleep 1; done; cat /data/message; sleep infinity"]
          volumeMounts: [{ name: work, mountPath: /data }]
      """
    When 5 seconds pass
    Then I try to run `kubectl exec shared -c reader -- cat /data/message`
    And the command fails with "exit code 1"
    When 10 seconds pass
    And I run `kubectl exec shared -c reader -- cat /data/message`
    Then the command prints "hello"
    When I run `kubectl logs shared -c reader`
    Then the command prints "hello"

  Scenario: restartPolicy holds for the whole Pod: with OnFailure one container may finish while the other serves
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: mixed }
      spec:
        restartPolicy: OnFailure
        containers:
        - { name: server, image: nginx }
        - { name: once, image: busybox, command: [sh, -c, sleep 5] }
      """
    When 1 minute passes
    Then pod "mixed" has phase "Running"
    And pod "mixed" shows READY "1/2"
    And container "once" of pod "mixed" is terminated because "Completed" with exit code 0
    And pod "mixed" has restarted 0 times

  Scenario: restartPolicy Never: the failure of one container stays, and somebody outside has to act
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: mixed }
      spec:
        restartPolicy: Never
        containers:
        - { name: server, image: nginx }
        - { name: once, image: busybox, command: [sh, -c, exit 1] }
      """
    When 1 minute passes
    Then pod "mixed" has phase "Running"
    And pod "mixed" shows STATUS "Error"
    And container "once" of pod "mixed" is terminated because "Error" with exit code 1
    And pod "mixed" has restarted 0 times

  Scenario: The init container runs first; when it has succeeded, all containers start together
    Given containers of image "app-initializer" exit with code 0 after 20s
    And the manifest "init-example.yaml"
    When 10 seconds pass
    Then pod "init-example" shows STATUS "Init:0/1"
    And container "my-initializer" of pod "init-example" is running
    And container "main-container" of pod "init-example" is waiting because "PodInitializing"
    And container "second-container" of pod "init-example" is waiting because "PodInitializing"
    And container "last-container" of pod "init-example" is waiting because "PodInitializing"
    And within 30s, pod "init-example" shows READY "3/3"
    And container "my-initializer" of pod "init-example" is terminated because "Completed" with exit code 0
    And pod "init-example" went through STATUS "Pending, Init:0/1, PodInitializing, Running"

  Scenario: Init containers run one after the other
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: steps }
      spec:
        initContainers:
        - { name: first, image: busybox, command: [sh, -c, sleep 10] }
        - { name: second, image: busybox, command: [sh, -c, sleep 10] }
        containers:
        - { name: app, image: nginx }
      """
    When 5 seconds pass
    Then container "first" of pod "steps" is running
    And container "second" of pod "steps" is waiting because "PodInitializing"
    When 10 seconds pass
    Then container "first" of pod "steps" is terminated because "Completed" with exit code 0
    And container "second" of pod "steps" is running
    And pod "steps" shows STATUS "Init:1/2"
    And within 20s, pod "steps" is Ready

  Scenario: As long as an init container fails, the others do not start
    Given containers of image "app-initializer" exit with code 1 after 2s
    And the manifest "init-example.yaml"
    When 5 minutes pass
    Then pod "init-example" shows STATUS "Init:CrashLoopBackOff"
    And pod "init-example" has phase "Pending"
    And at no time, container "main-container" of pod "init-example" is running

  Scenario: What an init container prepares is there when the main container starts
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: prepared }
      spec:
        volumes: [{ name: work, emptyDir: {} }]
        initContainers:
        - name: prepare
          image: busybox
          command: [sh, -c, "mkdir -p /work/conf; echo mode=fast > /work/conf/app.conf"]
          volumeMounts: [{ name: work, mountPath: /work }]
        containers:
        - name: app
          image: my-server
          volumeMounts: [{ name: work, mountPath: /etc/app }]
      """
    When the cluster settles
    And I run `kubectl exec prepared -- cat /etc/app/conf/app.conf`
    Then the command prints "mode=fast"

  Scenario: An init container waits for what the application depends on
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: app }
      spec:
        initContainers:
        - { name: wait-for-db, image: busybox, command: [sh, -c, "until nc -z db 5432; do echo waiting; sleep 2; done"] }
        containers:
        - { name: app, image: my-server }
      """
    When 1 minute passes
    Then pod "app" shows STATUS "Init:0/1"
    When I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: db, labels: { app: db } }
      spec:
        containers: [{ name: db, image: postgres, ports: [{ containerPort: 5432 }] }]
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: db }
      spec:
        selector: { app: db }
        ports: [{ port: 5432 }]
      """
    Then within 15s, pod "app" is Ready
    And pod "app" has restarted 0 times
