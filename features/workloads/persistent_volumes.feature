@workloads @storage
Feature: Persistent volumes: claims, volumes and storage classes
  A claim (PVC) asks for storage, a volume (PV) is storage, and a StorageClass makes volumes for claims. A claim and a volume
  belong to each other until the claim is deleted. Most surprises are about when they are brought together, and about what is
  left afterwards.

  Background:
    Given a cluster with 3 nodes in zones "a", "b", "c"

  Scenario: The default class makes a volume when the first pod has its node
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      """
    When 1 minute passes
    Then persistentvolumeclaim "data" is Pending
    And persistentvolumeclaim "data" has event "WaitForFirstConsumer" with message "waiting for first consumer to be created before binding"
    And persistentvolumeclaim "data" has "{.spec.storageClassName}" equal to "standard"
    When I apply the manifest:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: { name: db }
      spec:
        nodeSelector: { topology.kubernetes.io/zone: b }
        volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
        containers: [{ name: db, image: "postgres:17", volumeMounts: [{ name: data, mountPath: /var/lib/postgresql }] }]
      """
    Then within 1m, persistentvolumeclaim "data" is Bound
    And within 1m, pod "db" is Ready
    And persistentvolumeclaim "data" has "{.metadata.annotations.volume\.kubernetes\.io/selected-node}" equal to "node-2"
    And the events of persistentvolumeclaim "data" include:
      | type   | reason                | message                                                              |
      | Normal | ExternalProvisioning  | /Waiting for a volume to be created .* 'disk.csi.example.com' /      |
      | Normal | Provisioning          | External provisioner is provisioning volume for claim "default/data" |
      | Normal | ProvisioningSucceeded | /Successfully provisioned volume pvc-/                               |

  Scenario: A volume stays in its zone, and so does its pod
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: { name: db }
      spec:
        serviceName: db
        selector: { matchLabels: { app: db } }
        template:
          metadata: { labels: { app: db } }
          spec:
            volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
            affinity:
              nodeAffinity:
                preferredDuringSchedulingIgnoredDuringExecution:
                - { weight: 100, preference: { matchExpressions: [{ key: topology.kubernetes.io/zone, operator: In, values: [a] }] } }
            containers: [{ name: db, image: "postgres:17", volumeMounts: [{ name: data, mountPath: /data }] }]
      """
    When the cluster settles
    Then pod "db-0" runs on node "node-1"
    When I run `kubectl cordon node-1`
    And I delete pod "db-0"
    Then within 1m, pod "db-0" is not scheduled
    And within 1m, pod "db-0" has condition "PodScheduled" "False" because "Unschedulable" with message "2 node(s) didn't match PersistentVolume's node affinity"
    When I run `kubectl uncordon node-1`
    Then within 1m, pod "db-0" is Ready

  Scenario: Without a class a claim takes the smallest volume that suits it
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: large }
      spec:
        capacity: { storage: 10Gi }
        accessModes: [ReadWriteOnce]
        nfs: { server: storage.example.com, path: /large }
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: medium }
      spec:
        capacity: { storage: 5Gi }
        accessModes: [ReadWriteOnce]
        nfs: { server: storage.example.com, path: /medium }
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: small }
      spec:
        capacity: { storage: 1Gi }
        accessModes: [ReadWriteOnce]
        nfs: { server: storage.example.com, path: /small }
      """
    When the cluster settles
    Then persistentvolume "small" is Available
    When I apply the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        storageClassName: ""
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 3Gi } }
      """
    Then within 1m, persistentvolumeclaim "data" is Bound
    And persistentvolumeclaim "data" has "{.spec.volumeName}" equal to "medium"
    And persistentvolumeclaim "data" has "{.status.capacity.storage}" equal to "5Gi"
    And persistentvolume "medium" is Bound
    And `kubectl get pv` prints:
      | NAME   | CAPACITY | ACCESS MODES | RECLAIM POLICY | STATUS    | CLAIM        |
      | large  | 10Gi     | RWO          | Retain         | Available |              |
      | medium | 5Gi      | RWO          | Retain         | Bound     | default/data |
      | small  | 1Gi      | RWO          | Retain         | Available |              |

  Scenario: Nothing suits: the claim waits, and every 15 seconds says so
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        storageClassName: ""
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 3Gi } }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: db }
      spec:
        volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
        containers: [{ name: db, image: "postgres:17", volumeMounts: [{ name: data, mountPath: /data }] }]
      """
    Then for 1m, persistentvolumeclaim "data" is Pending
    And persistentvolumeclaim "data" has event "FailedBinding" with message "no persistent volumes available for this claim and no storage class is set"
    And pod "db" has condition "PodScheduled" "False" because "Unschedulable" with message "pod has unbound immediate PersistentVolumeClaims"
    When I apply the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: late }
      spec:
        capacity: { storage: 5Gi }
        accessModes: [ReadWriteOnce]
        nfs: { server: storage.example.com, path: /late }
      """
    Then within 16s, persistentvolumeclaim "data" is Bound
    And within 30s, pod "db" is Ready

  Scenario: A class that does not exist, and one without a provisioner
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: typo }
      spec:
        storageClassName: standrad
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      ---
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: { name: by-hand }
      provisioner: kubernetes.io/no-provisioner
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: by-hand }
      spec:
        storageClassName: by-hand
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      """
    When 30 seconds pass
    Then persistentvolumeclaim "typo" has event "ProvisioningFailed" with message "storageclass.storage.k8s.io \"standrad\" not found"
    And persistentvolumeclaim "by-hand" has event "ProvisioningFailed" with message "no volume plugin matched name: kubernetes.io/no-provisioner"
    And at all times, persistentvolumeclaim "typo" is Pending

  Scenario: An Immediate class makes the volume at once, wherever the pod would like to be
    Given the manifest:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: { name: hasty }
      provisioner: disk.csi.example.com
      volumeBindingMode: Immediate
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        storageClassName: hasty
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      """
    When the cluster settles
    Then persistentvolumeclaim "data" is Bound

  Scenario: A claim that is deleted while a pod uses it waits for the pod, and its volume goes with it
    Given the manifest "claim-and-pod.yaml"
    When the cluster settles
    And I run `kubectl delete pvc data --wait=false`
    And 1 minute passes
    Then `kubectl get pvc` prints:
      | NAME | STATUS      |
      | data | Terminating |
    And pod "db" is Ready
    When I delete pod "db"
    Then within 10s, persistentvolumeclaim "data" does not exist
    When the cluster settles
    And I run `kubectl get pv`
    Then the command prints "No resources found"

  Scenario: A volume with policy Retain keeps its data, and is for nobody until somebody says so
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: disk }
      spec:
        capacity: { storage: 5Gi }
        accessModes: [ReadWriteOnce]
        persistentVolumeReclaimPolicy: Retain
        nfs: { server: storage.example.com, path: /disk }
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        storageClassName: ""
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      """
    When the cluster settles
    And I delete pvc "data"
    Then within 10s, persistentvolume "disk" is Released
    When I apply the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        storageClassName: ""
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      """
    Then for 1m, persistentvolumeclaim "data" is Pending
    When I run `kubectl patch pv disk --type=json -p '[{"op":"remove","path":"/spec/claimRef"}]'`
    Then within 30s, persistentvolumeclaim "data" is Bound

  Scenario: A claim that loses its volume is Lost
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: disk }
      spec:
        capacity: { storage: 5Gi }
        accessModes: [ReadWriteOnce]
        nfs: { server: storage.example.com, path: /disk }
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        storageClassName: ""
        volumeName: disk
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      """
    When the cluster settles
    Then persistentvolumeclaim "data" is Bound
    When I run `kubectl delete pv disk --wait=false`
    And 1 minute passes
    Then `kubectl get pv` prints:
      | NAME | STATUS      |
      | disk | Terminating |
    When I run `kubectl patch pv disk -p '{"metadata":{"finalizers":null}}'`
    Then within 1m, persistentvolumeclaim "data" is Lost
    And persistentvolumeclaim "data" has event "ClaimLost" with message "Data on the volume is lost!"

  Scenario: The provisioner fails for a while
    Given the manifest "claim-and-pod.yaml"
    And storage class "standard" cannot provision for 2m
    When 1 minute passes
    Then persistentvolumeclaim "data" is Pending
    And persistentvolumeclaim "data" has event "ProvisioningFailed" with message "failed to provision volume with StorageClass \"standard\""
    And pod "db" shows STATUS "Pending"
    And within 5m, pod "db" is Ready

  Scenario: Without a volume for ten minutes the scheduler gives the node back and begins anew
    Given storage class "standard" cannot provision
    And the manifest "claim-and-pod.yaml"
    When 11 minutes pass
    Then pod "db" has event "FailedScheduling" with message "running PreBind plugin \"VolumeBinding\": binding volumes: context deadline exceeded"
    When storage class "standard" recovers
    Then within 10m, pod "db" is Ready

  Scenario: A pod that fits nowhere keeps its claim waiting
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: db }
      spec:
        volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
        containers: [{ name: db, image: "postgres:17", resources: { requests: { cpu: 100 } } }]
      """
    When 30 seconds pass
    Then persistentvolumeclaim "data" is Pending
    And persistentvolumeclaim "data" has event "WaitForPodScheduled" with message "waiting for pod db to be scheduled"

  Scenario: Local disks are made by hand; the pod goes where one is left
    Given the manifest:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: { name: local }
      provisioner: kubernetes.io/no-provisioner
      volumeBindingMode: WaitForFirstConsumer
      ---
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: disk-of-node-3 }
      spec:
        capacity: { storage: 100Gi }
        accessModes: [ReadWriteOnce]
        storageClassName: local
        local: { path: /mnt/disk }
        nodeAffinity:
          required:
            nodeSelectorTerms:
            - matchExpressions: [{ key: kubernetes.io/hostname, operator: In, values: [node-3] }]
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        storageClassName: local
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 50Gi } }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: db }
      spec:
        volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
        containers: [{ name: db, image: "postgres:17", volumeMounts: [{ name: data, mountPath: /data }] }]
      """
    Then within 30s, pod "db" is Ready
    And pod "db" runs on node "node-3"
    And persistentvolumeclaim "data" has "{.spec.volumeName}" equal to "disk-of-node-3"

  Scenario: A default class that comes late counts for claims that wait
    When I run `kubectl delete storageclass standard`
    And I apply the manifest "claim-and-pod.yaml"
    And 1 minute passes
    Then persistentvolumeclaim "data" has event "FailedBinding" with message "no storage class is set"
    When I apply the manifest:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata:
        name: late
        annotations: { storageclass.kubernetes.io/is-default-class: "true" }
      provisioner: disk.csi.example.com
      """
    Then within 16s, persistentvolumeclaim "data" has "{.spec.storageClassName}" equal to "late"
    And within 1m, pod "db" is Ready

  Scenario: A volume made by hand with policy Delete cannot be deleted
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: disk }
      spec:
        capacity: { storage: 5Gi }
        accessModes: [ReadWriteOnce]
        persistentVolumeReclaimPolicy: Delete
        nfs: { server: storage.example.com, path: /disk }
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        storageClassName: ""
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      """
    When the cluster settles
    And I delete pvc "data"
    Then within 10s, persistentvolume "disk" is Failed
    And persistentvolume "disk" has event "VolumeFailedDelete" with message "no deletable volume plugin matched"

  Scenario: A pod's ephemeral volume comes and goes with the pod
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: { name: render }
      spec:
        volumes:
        - name: scratch
          ephemeral:
            volumeClaimTemplate:
              spec:
                accessModes: [ReadWriteOnce]
                resources: { requests: { storage: 1Gi } }
        containers: [{ name: render, image: "render:v1", volumeMounts: [{ name: scratch, mountPath: /scratch }] }]
      """
    Then within 30s, pod "render" is Ready
    And persistentvolumeclaim "render-scratch" is Bound
    When I delete pod "render"
    Then within 10s, persistentvolumeclaim "render-scratch" does not exist

  Scenario: Nobody has installed the provisioner that the class names
    Given cluster setting "external-provisioners" is "off"
    And the manifest "claim-and-pod.yaml"
    Then for 5m, persistentvolumeclaim "data" is Pending
    And persistentvolumeclaim "data" has event "ExternalProvisioning" with message "please verify that the provisioner is running and correctly registered"
    And pod "db" is not scheduled

  Scenario: A claim grows only if its class lets it
    Given the manifest:
      """
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: rigid}
      provisioner: csi.example.com
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: rigid, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    When 10s passes
    And I try to run `kubectl patch pvc data -p '{"spec":{"resources":{"requests":{"storage":"5Gi"}}}}'`
    Then the command fails with "persistentvolumeclaims \"data\" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
