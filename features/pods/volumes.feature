@pods @volumes
Feature: Volumes: emptyDir, ConfigMaps, Secrets and what the pod knows of itself, as files
  Volumes are mounted before any container starts. One that cannot be mounted is tried again, at ever longer intervals, and the
  pod shows ContainerCreating meanwhile.

  Background:
    Given a cluster with 1 node

  Scenario: An emptyDir is shared, outlives a container's restart, and goes with the pod
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        volumes: [{ name: work, emptyDir: {} }]
        containers:
        - { name: app, image: my-server, volumeMounts: [{ name: work, mountPath: /work }] }
        - { name: helper, image: helper, volumeMounts: [{ name: work, mountPath: /shared }] }
      """
    When the cluster settles
    And I run `kubectl exec web -c app -- sh -c "echo hello > /work/note; echo private > /tmp/note"`
    And I run `kubectl exec web -c helper -- cat /shared/note`
    Then the command prints "hello"
    When I try to run `kubectl exec web -c helper -- cat /tmp/note`
    Then the command fails with "exit code 1"
    When container "app" of pod "web" exits with code 1
    And the cluster settles
    And I run `kubectl exec web -c app -- cat /work/note`
    Then the command prints "hello"
    When I try to run `kubectl exec web -c app -- cat /tmp/note`
    Then the command fails with "exit code 1"

  Scenario: A sidecar ships the log that the main container writes into a file
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: counter }
      spec:
        volumes: [{ name: logs, emptyDir: {} }]
        containers:
        - name: count
          image: busybox
          args: [/bin/sh, -c, 'i=0; while true; do echo "$i: $(date)" >> /var/log/1.log; i=$((i+1)); sleep 1; done']
          volumeMounts: [{ name: logs, mountPath: /var/log }]
        - name: streamer
          image: busybox
          args: [/bin/sh, -c, 'tail -n+1 -F /var/log/1.log']
          volumeMounts: [{ name: logs, mountPath: /var/log }]
      """
    When 1 minute passes
    And I run `kubectl logs counter -c streamer --tail=2`
    Then the command prints ": Wed Jan  1 00:00:5"

  Scenario: A ConfigMap as files, all of it or some of it
    Given the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: app }
      data:
        app.conf: "mode=fast"
        extra.conf: "level=debug"
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        volumes:
        - { name: all, configMap: { name: app } }
        - { name: some, configMap: { name: app, items: [{ key: app.conf, path: conf/main.conf }] } }
        containers:
        - name: app
          image: my-server
          volumeMounts:
          - { name: all, mountPath: /etc/all }
          - { name: some, mountPath: /etc/some }
          - { name: all, mountPath: /etc/one.conf, subPath: extra.conf }
      """
    When the cluster settles
    And I run `kubectl exec web -- ls /etc/all`
    Then the command prints "extra.conf"
    When I run `kubectl exec web -- cat /etc/some/conf/main.conf`
    Then the command prints "mode=fast"
    When I run `kubectl exec web -- cat /etc/one.conf`
    Then the command prints "level=debug"

  Scenario: A Secret as files, decoded
    Given the manifest:
      """
      apiVersion: v1
      kind: Secret
      metadata: { name: login }
      stringData: { user: admin }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        volumes: [{ name: login, secret: { secretName: login } }]
        containers: [{ name: app, image: my-server, volumeMounts: [{ name: login, mountPath: /login }] }]
      """
    When the cluster settles
    And I run `kubectl exec web -- cat /login/user`
    Then the command prints "admin"

  Scenario Outline: A missing <what> is a FailedMount, tried again until it is there
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        volumes: [{ name: files, <source> }]
        containers: [{ name: app, image: my-server, volumeMounts: [{ name: files, mountPath: /files }] }]
      """
    When 1 minute passes
    Then pod "web" shows STATUS "ContainerCreating"
    And pod "web" has event "FailedMount" with message "MountVolume.SetUp failed for volume \"files\" : <message>"
    When I apply the manifest:
      """
      apiVersion: v1
      kind: <kind>
      metadata: { name: later }
      data: { key: dGV4dA== }
      """
    Then within 2m10s, pod "web" is Ready

    Examples:
      | what          | kind      | source                                                              | message                                              |
      | ConfigMap     | ConfigMap | configMap: { name: later }                                          | configmap \\"later\\" not found                        |
      | Secret        | Secret    | secret: { secretName: later }                                       | secret \\"later\\" not found                           |

  Scenario: A missing key that is asked for is a FailedMount, too
    Given the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: app }
      data: { key: text }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        volumes: [{ name: files, configMap: { name: app, items: [{ key: other, path: other }] } }]
        containers: [{ name: app, image: my-server, volumeMounts: [{ name: files, mountPath: /files }] }]
      """
    When 1 minute passes
    Then pod "web" has event "FailedMount" with message "configmap references non-existent config key: other"

  Scenario: What is optional may be missing: the volume is empty
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        volumes: [{ name: files, configMap: { name: none, optional: true } }]
        containers: [{ name: app, image: my-server, volumeMounts: [{ name: files, mountPath: /files }] }]
      """
    Then within 10s, pod "web" is Ready

  Scenario: Every pod has the token of its service account
    Given a pod "web" of image "nginx"
    When the cluster settles
    And I run `kubectl exec web -- cat /var/run/secrets/kubernetes.io/serviceaccount/namespace`
    Then the command prints "default"

  Scenario: A claim that is not bound keeps its pod Pending; once it is bound, the pod runs
    Nobody provisions here: a person binds the claim as the volume controller would.
    Given the manifest:
      """
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], storageClassName: manual, resources: { requests: { storage: 1Gi } } }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: db }
      spec:
        volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
        containers: [{ name: db, image: postgres, volumeMounts: [{ name: data, mountPath: /data }] }]
      """
    When 1 minute passes
    Then pod "db" has phase "Pending"
    And pod "db" is not scheduled
    And pod "db" has condition "PodScheduled" "False" because "Unschedulable" with message "pod has unbound immediate PersistentVolumeClaims"
    When I apply the manifest:
      """
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: disk }
      spec:
        capacity: { storage: 1Gi }
        accessModes: [ReadWriteOnce]
        storageClassName: manual
        hostPath: { path: /disk }
      """
    And I run `kubectl annotate pvc data pv.kubernetes.io/bind-completed=yes`
    And I run `kubectl patch pvc data -p '{"spec":{"volumeName":"disk"}}'`
    And I run `kubectl patch pvc data --subresource=status -p '{"status":{"phase":"Bound"}}'`
    Then within 6m, pod "db" is Ready

  Scenario: A pod that names its node and a claim that is not there waits for it at the node
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: db }
      spec:
        nodeName: node-1
        volumes: [{ name: data, persistentVolumeClaim: { claimName: missing } }]
        containers: [{ name: db, image: postgres, volumeMounts: [{ name: data, mountPath: /data }] }]
      """
    When 1 minute passes
    Then pod "db" shows STATUS "ContainerCreating"
    And pod "db" has event "FailedMount" with message "persistentvolumeclaims \"missing\" not found"

  Scenario: A changed ConfigMap reaches its files when the kubelet next syncs the pod, and a subPath never
    The kubelet looks at each pod at least every 60 to 90 seconds.
    Given the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: app }
      data: { mode: fast }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        volumes: [{ name: files, configMap: { name: app } }]
        containers:
        - name: app
          image: my-server
          volumeMounts:
          - { name: files, mountPath: /etc/app }
          - { name: files, mountPath: /etc/one, subPath: mode }
      """
    When the cluster settles
    And I run `kubectl patch configmap app -p '{"data":{"mode":"slow","more":"new"}}'`
    And I run `kubectl exec web -- cat /etc/app/mode`
    Then the command prints "fast"
    When 91 seconds pass
    And I run `kubectl exec web -- cat /etc/app/mode`
    Then the command prints "slow"
    When I run `kubectl exec web -- ls /etc/app`
    Then the command prints "more"
    When I run `kubectl exec web -- cat /etc/one`
    Then the command prints "fast"
    When container "app" of pod "web" exits with code 1
    And the cluster settles
    And I run `kubectl exec web -- cat /etc/one`
    Then the command prints "slow"

  Scenario: A process that follows a file of a ConfigMap sees the change
    Given the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: app }
      data: { mode: fast }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        volumes: [{ name: files, configMap: { name: app } }]
        containers:
        - name: app
          image: busybox
          command: [sh, -c, "until grep -q slow /etc/app/mode; do sleep 1; done; echo changed; sleep 3600"]
          volumeMounts: [{ name: files, mountPath: /etc/app }]
      """
    When the cluster settles
    And I run `kubectl patch configmap app -p '{"data":{"mode":"slow"}}'`
    And 2 minutes pass
    And I run `kubectl logs web`
    Then the command prints "changed"

  Scenario: A ConfigMap that is deleted leaves its files, and FailedMount
    Given the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: app }
      data: { mode: fast }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        volumes: [{ name: files, configMap: { name: app } }]
        containers: [{ name: app, image: my-server, volumeMounts: [{ name: files, mountPath: /etc/app }] }]
      """
    When the cluster settles
    And I run `kubectl delete configmap app`
    And 2 minutes pass
    And I run `kubectl exec web -- cat /etc/app/mode`
    Then the command prints "fast"
    And pod "web" has event "FailedMount" with message "configmap \"app\" not found"
    And pod "web" is Ready
