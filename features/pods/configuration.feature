@pods @configuration
Feature: Configuration: environment from ConfigMaps and Secrets, and the downward API
  A container's environment is made when the container is created: literal values, references to other variables, keys or whole
  ConfigMaps and Secrets, fields of the pod. What is missing keeps the container from being created, until it is there.

  Background:
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: settings }
      data: { mode: fast, level: debug }
      ---
      apiVersion: v1
      kind: Secret
      metadata: { name: login }
      data: { password: czNjcjN0 }
      """

  Scenario: Literal values and references to variables before
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          env:
          - { name: HOST, value: db }
          - { name: URL, value: "postgres://$(HOST):5432/$$HOME" }
      """
    When the cluster settles
    And I run `kubectl exec web -- env`
    Then the command prints "URL=postgres://db:5432/$HOME"
    And the command prints "HOSTNAME=web"
    And the command prints "KUBERNETES_SERVICE_HOST="

  Scenario: envFrom takes all keys, with a prefix if there is one; env wins over envFrom
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          envFrom:
          - { prefix: APP_, configMapRef: { name: settings } }
          - { secretRef: { name: login } }
          env: [{ name: APP_level, value: info }]
      """
    When the cluster settles
    And I run `kubectl exec web -- sh -c 'echo $APP_mode $APP_level $password'`
    Then the command prints "fast info s3cr3t"

  Scenario Outline: A missing <what> holds the container up
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          env: [{ name: VALUE, valueFrom: { <reference> } }]
      """
    When 1 minute passes
    Then container "app" of pod "web" is waiting because "CreateContainerConfigError"
    And pod "web" has "{.status.containerStatuses[0].state.waiting.message}" equal to "<message>"
    And pod "web" has phase "Pending"
    And pod "web" has restarted 0 times

    Examples:
      | what          | reference                                         | message                                               |
      | ConfigMap     | configMapKeyRef: { name: none, key: mode }        | configmap \\"none\\" not found                          |
      | ConfigMap key | configMapKeyRef: { name: settings, key: missing } | couldn't find key missing in ConfigMap default/settings |
      | Secret        | secretKeyRef: { name: none, key: password }       | secret \\"none\\" not found                             |
      | Secret key    | secretKeyRef: { name: login, key: user }          | couldn't find key user in Secret default/login        |

  Scenario: What is optional may be missing
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          envFrom: [{ configMapRef: { name: none, optional: true } }]
          env: [{ name: VALUE, valueFrom: { secretKeyRef: { name: none, key: key, optional: true } } }]
      """
    Then within 10s, pod "web" is Ready
    When I try to run `kubectl exec web -- printenv VALUE`
    Then the command fails with "exit code 1"

  Scenario: Once it is there, the container is created
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - { name: app, image: nginx, envFrom: [{ configMapRef: { name: later } }] }
      """
    When 1 minute passes
    Then pod "web" shows STATUS "CreateContainerConfigError"
    When I apply the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: later }
      data: { answer: "42" }
      """
    Then within 20s, pod "web" is Ready

  Scenario: The downward API: the pod's own fields and resources
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web, labels: { tier: front } }
      spec:
        containers:
        - name: app
          image: nginx
          resources: { requests: { cpu: 250m }, limits: { memory: 64Mi } }
          env:
          - { name: NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
          - { name: TIER, valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } }
          - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
          - { name: ACCOUNT, valueFrom: { fieldRef: { fieldPath: spec.serviceAccountName } } }
          - { name: CPU, valueFrom: { resourceFieldRef: { resource: requests.cpu, divisor: 1m } } }
          - { name: MEMORY, valueFrom: { resourceFieldRef: { resource: limits.memory, divisor: 1Mi } } }
          - { name: ALL_CPU, valueFrom: { resourceFieldRef: { resource: limits.cpu } } }
      """
    When the cluster settles
    And I run `kubectl exec web -- sh -c 'echo $NAME $TIER $NODE $ACCOUNT $CPU $MEMORY $ALL_CPU'`
    Then the command prints "web front node-1 default 250 64 4"

  Scenario: A changed ConfigMap changes no environment: only a restart does
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - { name: app, image: nginx, envFrom: [{ configMapRef: { name: settings } }] }
      """
    When the cluster settles
    And I run `kubectl patch configmap settings -p '{"data":{"mode":"slow"}}'`
    And 5 minutes pass
    And I run `kubectl exec web -- printenv mode`
    Then the command prints "fast"
    When container "app" of pod "web" exits with code 1
    And the cluster settles
    And I run `kubectl exec web -- printenv mode`
    Then the command prints "slow"

  Scenario Outline: <why>: the container is not created
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        securityContext: { runAsNonRoot: true<user> }
        containers: [{ name: app, image: nginx }]
      """
    Then within 10s, pod "web" shows STATUS "CreateContainerConfigError"
    And pod "web" has event "Failed" with message "Error: <message>"
    And pod "web" has phase "Pending"

    Examples:
      | why                                            | user             | message                                                 |
      | runAsNonRoot and an image that starts as root  |                  | container has runAsNonRoot and image will run as root   |
      | runAsNonRoot and runAsUser 0                   | , runAsUser: 0   | container's runAsUser breaks non-root policy            |

  Scenario: runAsNonRoot and a user of its own
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        securityContext: { runAsNonRoot: true, runAsUser: 1000 }
        containers: [{ name: app, image: nginx }]
      """
    Then within 10s, pod "web" is Ready
