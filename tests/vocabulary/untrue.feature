Feature: Assertions that do not hold
  Each sentence is untrue of the cluster above it: it must fail, and so must every assertion be able to.

  Background:
    Given a cluster with nodes:
      | name   | zone | taints         |
      | node-1 | a    |                |
      | node-2 | b    | x=y:NoSchedule |
    And a pod "web" of image "nginx:1.25"
    And a deployment "shop" with 2 replicas of image "shop:v1"
    And a statefulset "db" with 2 replicas of image "postgres:17"
    And a pod "crash" of image "crash:v1"
    And containers of image "crash:v1" exit with code 3 after 0s
    And the manifest:
      """
      ---
      {apiVersion: v1, kind: Service, metadata: {name: shop}, spec: {selector: {app: shop}, ports: [{port: 80}]}}
      ---
      {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {storageClassName: none, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
      ---
      {apiVersion: v1, kind: PersistentVolume, metadata: {name: disk}, spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: other, hostPath: {path: /data}}}
      ---
      {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: shop}, spec: {minAvailable: 1, selector: {matchLabels: {app: shop}}}}
      ---
      {apiVersion: batch/v1, kind: Job, metadata: {name: once}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a, command: ["true"]}]}}}}
      """
    And the cluster settles
    And I run `kubectl set image deployment/shop shop=shop:v2`
    And the cluster settles
    When 1m passes

  Scenario Outline: <untrue>
    Then <untrue>

    Examples: Pods
      | untrue                                                                                    |
      | pod "web" has phase "Pending"                                                             |
      | every pod of deployment "shop" have phase "Failed"                                        |
      | pod "web" shows STATUS "Completed"                                                        |
      | pods "shop-*" show STATUS "Completed"                                                     |
      | pod "web" shows READY "0/1"                                                               |
      | pod "web" has restarted 1 time                                                            |
      | pod "web" has restarted at least 3 times                                                  |
      | pod "crash" has restarted 0 times                                                         |
      | pod "crash" has restarted at most 1 time                                                  |
      | pod "crash" is Ready                                                                      |
      | pod "web" is not Ready                                                                    |
      | pod "web" has condition "Ready" "False"                                                   |
      | pod "web" has condition "Other" "True"                                                    |
      | pod "crash" has condition "Ready" "False" because "PodCompleted"                          |
      | pod "crash" has condition "Ready" "False" because "ContainersNotReady" with message "web" |
      | pod "web" runs on node "node-2"                                                           |
      | pod "web" runs on a node labelled "disk=ssd"                                              |
      | pod "web" is not scheduled                                                                |
      | pod "web" has QoS class "Burstable"                                                       |
      | pod "other" exists                                                                        |
      | pod "web" does not exist                                                                  |
      | pod "web" has hostname "other"                                                            |
      | pod "web" has "{.spec.containers[0].image}" equal to "nginx:1.26"                         |
      | pod "web" went through STATUS "Pending, Running"                                          |

    Examples: Which pods
      | untrue                                                   |
      | pod "other" is Ready                                     |
      | pod "*" is Ready                                         |
      | every pod of deployment "other" is Ready                 |
      | every pod labelled "app=other" is Ready                  |
      | every pod on node "node-2" is Ready                      |
      | exactly 1 pod of deployment "shop" is Ready              |
      | at least 3 pods labelled "app=shop" are Ready            |
      | at most 1 pod of deployment "shop" is Ready              |
      | no pod of deployment "shop" is Ready                     |
      | a pod labelled "app=crash" is Ready                      |
      | pod "web" in namespace "kube-system" is Ready            |
      | every pod of deployment "shop" in namespace "x" is Ready |

    Examples: Containers
      | untrue                                                                             |
      | container "web" of pod "web" is waiting because "ImagePullBackOff"                 |
      | container "crash" of pod "crash" is waiting because "ImagePullBackOff"             |
      | container "crash" of pod "crash" is running                                        |
      | container "other" of pod "web" is running                                          |
      | container "web" of pod "web" is terminated because "Error" with exit code 1        |
      | container "crash" of pod "crash" was last terminated because "Error" with exit code 4 |
      | container "crash" of pod "crash" was last terminated because "OOMKilled" with exit code 3 |

    Examples: Workloads
      | untrue                                                                    |
      | deployment "shop" has 3 ready replicas                                    |
      | deployment "shop" has 1 available replica                                 |
      | deployment "shop" has 1 updated replica                                   |
      | deployment "shop" has 1 unavailable replica                               |
      | deployment "shop" has 1 current replica                                   |
      | deployment "shop" has 3 desired replicas                                  |
      | deployment "shop" has at least 3 ready replicas                           |
      | deployment "shop" has at most 1 ready replica                             |
      | deployment "other" has 2 ready replicas                                   |
      | deployment "other" has rolled out                                         |
      | deployment "shop" is at revision 1                                        |
      | deployment "shop" has condition "Progressing" "False"                     |
      | deployment "shop" has condition "Available" "True" because "Other"        |
      | job "once" has failed                                                     |
      | job "other" has completed                                                 |
      | the pods of statefulset "db" were deleted in reverse order                |
      | the pods of statefulset "db" were updated in reverse order                |
      | pod "db-1" became Ready before pod "db-0" started                         |

    Examples: Places, networks, storage, budgets
      | untrue                                                    |
      | pods "shop-*" are spread over 2 nodes                     |
      | pods "shop-*" are spread over 2 zones                     |
      | no node runs more than 1 pod labelled "app=shop"          |
      | node "node-1" is not Ready                                |
      | node "other" is Ready                                     |
      | node "node-1" shows STATUS "Ready,SchedulingDisabled"     |
      | node "node-1" has taint "x=y:NoSchedule"                  |
      | node "node-2" does not have taint "x=y:NoSchedule"        |
      | node "node-1" has condition "Ready" "False"               |
      | service "shop" has 3 endpoints                            |
      | service "shop" routes to pod "web"                        |
      | container "web" of pod "web" reaches "shop:81"            |
      | container "web" of pod "web" reaches "localhost:8000"     |
      | container "web" of pod "web" does not reach "shop:80"     |
      | persistentvolumeclaim "data" is Bound                     |
      | persistentvolumeclaim "data" is Lost                      |
      | persistentvolume "disk" is Bound                          |
      | persistentvolume "disk" is Released                       |
      | poddisruptionbudget "shop" allows 2 disruptions           |

    Examples: Anything
      | untrue                                                          |
      | deployment "shop" has "{.status.readyReplicas}" equal to "3"    |
      | configmap "other" exists                                        |
      | deployment "shop" does not exist                                |
      | the command prints "shop:v3"                                    |
      | the command fails with "image updated"                          |
      | pod "web" has event "BackOff"                                   |
      | pod "crash" has event "BackOff" with message "other"            |
      | deployment "shop" has event "Other"                             |

    Examples: Tenses
      | untrue                                                             |
      | within 1m, pod "web" is not Ready                                  |
      | within 90 seconds, pod "other" exists                              |
      | for 10m, pod "crash" shows STATUS "CrashLoopBackOff"               |
      | at all times, pod "crash" shows STATUS "Running"                   |
      | at no time, pod "crash" shows STATUS "CrashLoopBackOff"            |
      | at some time, pod "web" is not Ready                               |
      | during the rollout, every pod of deployment "shop" is Ready        |
      | at all times, pod "other" is Ready                                 |
      | at no time, pod "other" is Ready                                   |
      | at no time, deployment "other" has 3 ready replicas                |
