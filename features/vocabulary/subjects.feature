Feature: Sentences about whom: pods, objects, containers
  A pod has a name; often that name is drawn by a controller, or the number matters more than which. So pods can be meant by glob,
  by owner, by label, by node, and counted.

  Background:
    Given a cluster with 3 nodes
    And a deployment "web" with 3 replicas of image "nginx:1.25"
    And a statefulset "db" with 2 replicas of image "postgres:17"
    And a daemonset "agent" of image "fluentd"
    And a pod "web-0" of image "nginx:1.25"
    And the cluster settles

  Scenario: Pods by name and by glob
    Then pod "web-0" is Ready
    And pod "db-*" is Ready
    And pods "db-*" are Ready
    And pod "db-*" has "{.metadata.labels.app}" equal to "db"

  Scenario Outline: Pods of any owner: <owner>
    Then every pod of <owner> is Ready
    And exactly <count> pods of <owner> exist

    Examples:
      | owner              | count |
      | deployment "web"   | 3     |
      | deploy "web"       | 3     |
      | statefulset "db"   | 2     |
      | sts "db"           | 2     |
      | daemonset "agent"  | 3     |
      | ds "agent"         | 3     |

  Scenario: Pods by label and by node
    Then every pod labelled "app=web" is Ready
    And every pod on node "node-1" is Ready
    And every pod of deployment "web" labelled "app=web" on node "node-1" is Ready
    And exactly 0 pods labelled "app=web,tier=front" exist
    And every pod labelled "app in (web, db)" is Ready

  Scenario: So many pods, at least so many, at most so many, none, one
    When I run `kubectl scale deployment/web --replicas=4`
    And the cluster settles
    Then exactly 4 pods of deployment "web" are Ready
    And exactly 1 pod labelled "app=web-0" is Ready
    And at least 2 pods of deployment "web" are Ready
    And at most 4 pods of deployment "web" are Ready
    And at most 9 pods on node "node-3" have phase "Running"
    And no pod of deployment "web" has phase "Failed"
    And no pods labelled "app=web" have phase "Failed"
    And no pod on node "node-3" labelled "app=db" is not Ready
    And a pod of deployment "web" is Ready
    And a pod labelled "app=web" is Ready
    And a pod on node "node-1" is Ready

  Scenario: Pods and objects in another namespace
    Given a namespace "shop"
    And I run `kubectl create deployment web --image=nginx -n shop`
    And I run `kubectl run lonely --image=nginx -n shop`
    And the cluster settles
    Then pod "lonely" in namespace "shop" is Ready
    And pod "lonely" does not exist
    And every pod of deployment "web" in namespace "shop" is Ready
    And exactly 1 pod of deployment "web" in namespace "shop" exists
    And exactly 1 pod labelled "app=web" in namespace "shop" exists
    And every pod labelled "app=web" in namespace "shop" shows STATUS "Running"
    And deployment "web" in namespace "shop" has 1 ready replica
    And exactly 3 pods labelled "app=web" exist

  Scenario: An action that says `a pod` means the first by name
    When a pod labelled "app=db" is killed
    Then at some time, pod "db-0" does not exist
    And at all times, pod "db-1" is Ready
    And within 1m, every pod labelled "app=db" is Ready

  Scenario: An action on so many pods
    When exactly 2 pods of deployment "web" are evicted
    And the cluster settles
    Then exactly 2 pods of deployment "web" have "{.status.reason}" equal to "Evicted"
    And deployment "web" has 3 ready replicas

  Scenario Outline: Every kind by its name and kubectl's short names: <object>
    Given the manifest:
      """
      ---
      {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
      ---
      {apiVersion: v1, kind: ConfigMap, metadata: {name: web}}
      ---
      {apiVersion: v1, kind: Secret, metadata: {name: web}}
      ---
      {apiVersion: batch/v1, kind: Job, metadata: {name: web}, spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}}
      ---
      {apiVersion: batch/v1, kind: CronJob, metadata: {name: web}, spec: {schedule: "0 0 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}}}}
      ---
      {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web}, spec: {replicas: 0, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: a}]}}}}
      ---
      {apiVersion: v1, kind: PersistentVolume, metadata: {name: web}, spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: none, hostPath: {path: /data}}}
      ---
      {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: web}, spec: {storageClassName: none, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
      ---
      {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web}, spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}}
      ---
      {apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}}
      """
    Then <object> exists

    Examples:
      | object                        |
      | deployment "web"              |
      | deploy "web"                  |
      | statefulset "db"              |
      | sts "db"                      |
      | daemonset "agent"             |
      | ds "agent"                    |
      | replicaset "web"              |
      | rs "web"                      |
      | job "web"                     |
      | cronjob "web"                 |
      | cj "web"                      |
      | node "node-1"                 |
      | no "node-1"                   |
      | service "web"                 |
      | svc "web"                     |
      | configmap "web"               |
      | cm "web"                      |
      | secret "web"                  |
      | persistentvolumeclaim "web"   |
      | pvc "web"                     |
      | persistentvolume "web"        |
      | pv "web"                      |
      | poddisruptionbudget "web"     |
      | pdb "web"                     |
      | namespace "default"           |
      | ns "default"                  |
      | horizontalpodautoscaler "web" |
      | hpa "web"                     |
      | pod "web-0"                   |
      | po "web-0"                    |
