Feature: What can be asserted of pods, containers, workloads, nodes and the rest
  Each predicate once in its singular and once in its plural, every optional part with and without.

  Scenario: Pods
    Given a cluster with nodes:
      | name   | labels   |
      | node-1 | disk=ssd |
      | node-2 | disk=ssd |
    And a deployment "web" with 2 replicas of image "nginx:1.25"
    And a pod "big" of image "nginx:1.25"
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: huge}
      spec:
        containers: [{name: huge, image: nginx, resources: {requests: {cpu: "64"}}}]
      """
    When the cluster settles
    Then pod "big" has phase "Running"
    And every pod of deployment "web" have phase "Running"
    And pod "big" shows STATUS "Running"
    And pods "web-*" show STATUS "Running"
    And pod "big" shows READY "1/1"
    And pods "web-*" show READY "1/1"
    And pod "big" has restarted 0 times
    And pods "web-*" have restarted at most 1 time
    And pod "big" is Ready
    And pods "web-*" are Ready
    And pod "huge" is not Ready
    And no pods labelled "app=web" are not Ready
    And pod "huge" has condition "PodScheduled" "False"
    And pod "huge" has condition "PodScheduled" "False" because "Unschedulable"
    And pod "huge" has condition "PodScheduled" "False" because "Unschedulable" with message "0/2 nodes are available"
    And pod "huge" has condition "PodScheduled" "False" with message "Insufficient cpu"
    And pods "web-*" have condition "Ready" "True"
    And pod "big" runs on node "node-*"
    And pods "web-*" run on node "node-*"
    And pods "web-*" run on a node labelled "disk=ssd"
    And pod "huge" is not scheduled
    And no pods labelled "app=web" are not scheduled
    And pod "huge" has QoS class "Burstable"
    And pods "web-*" have QoS class "BestEffort"
    And pod "big" exists
    And at least 2 pods labelled "app=web" exist
    And pod "small" does not exist
    And no pods labelled "app=small" exist
    And every pod of deployment "web" are spread over 2 nodes
    And no node runs more than 1 pod labelled "app=web"
    And pod "big" went through STATUS "Pending, ContainerCreating, Running"
    And pod "big" has "{.spec.containers[0].image}" equal to "nginx:1.25"

  Scenario: Restarts, and how containers live and die
    Given a cluster with 2 nodes
    And a pod "broken" of image "broken:v1"
    And a pod "missing" of image "missing:v1"
    And a pod "greedy" of image "greedy:v1"
    And containers of image "broken:v1" exit with code 3 after 5s
    And image "missing:v1" cannot be pulled
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: once}
      spec:
        restartPolicy: Never
        containers: [{name: app, image: greedy:v1, resources: {limits: {memory: 100Mi}}}]
      """
    And containers of pod "once" use 300Mi of memory after 30s
    When 5 minutes pass
    Then container "broken" of pod "broken" was last terminated because "Error" with exit code 3
    And pod "broken" shows STATUS "CrashLoopBackOff"
    And pod "broken" has restarted at least 3 times
    And pods "broken" have restarted at most 9 times
    And container "broken" of pod "broken" is waiting because "CrashLoopBackOff"
    And at some time, container "broken" of pod "broken" is running
    And container "missing" of pod "missing" is waiting because "ImagePullBackOff"
    And container "greedy" of pod "greedy" is running
    And container "app" of pod "once" is terminated because "OOMKilled" with exit code 137
    And pod "broken" has event "BackOff"
    And pod "broken" has event "BackOff" with message "restarting failed container"
    And the events of pod "broken" include:
      | type    | reason  | message                                      | count    |
      | Warning | BackOff | Back-off restarting failed container broken* | /^\d+$/  |

  Scenario: Workloads
    Given a cluster with 3 nodes
    And a deployment "web" with 3 replicas of image "web:v1"
    And a statefulset "db" with 2 replicas of image "postgres:17"
    And the manifest:
      """
      ---
      {apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a, command: ["true"]}]}}}}
      ---
      {apiVersion: batch/v1, kind: Job, metadata: {name: doomed}, spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: a, image: a, command: ["false"]}]}}}}
      """
    And the cluster settles
    Then deployment "web" has 3 ready replicas
    And deployment "web" has 3 available replicas
    And deployment "web" has 3 updated replicas
    And deployment "web" has 0 unavailable replicas
    And deployment "web" has 3 current replicas
    And deployment "web" has 3 desired replicas
    And deployment "web" has at least 3 ready replicas
    And deployment "web" has at most 3 ready replicas
    And statefulset "db" has 2 current replicas
    And deployment "web" is at revision 1
    And job "migrate" has completed
    And job "doomed" has failed
    And pod "db-0" became Ready before pod "db-1" started
    And the pods of statefulset "db" were created in order
    And every pod labelled "app=db" are spread over 2 nodes
    When I run `kubectl set image deployment/web web=web:v2`
    Then within 5m, deployment "web" has rolled out
    And deployment "web" is at revision 2
    And the rollout of deployment "web" respected its strategy
    When I run `kubectl rollout restart statefulset/db`
    And the cluster settles
    Then the pods of statefulset "db" were updated in reverse order
    When I run `kubectl scale statefulset/db --replicas=0`
    And the cluster settles
    Then the pods of statefulset "db" were deleted in reverse order
    When image "web:v3" cannot be pulled
    And I run `kubectl set image deployment/web web=web:v3`
    Then within 11m, deployment "web" has condition "Progressing" "False" because "ProgressDeadlineExceeded"
    And deployment "web" has condition "Available" "True"

  Scenario: Nodes and zones
    Given a cluster with 4 nodes in zones "a", "b"
    And a deployment "web" with 4 replicas of image "nginx:1.25"
    And the cluster settles
    Then every pod labelled "app=web" are spread over 2 zones
    And pods "web-*" are spread over 4 nodes
    When node "node-2" is lost
    And I run `kubectl cordon node-1`
    Then node "node-1" is Ready
    And node "node-1" shows STATUS "Ready,SchedulingDisabled"
    And within 1m, node "node-2" is not Ready
    And within 1m, node "node-2" has taint "node.kubernetes.io/unreachable:NoExecute"
    And node "node-2" has condition "Ready" "Unknown" because "NodeStatusUnknown"
    And node "node-1" has condition "Ready" "True"

  Scenario: Networking, storage, disruption
    Given a cluster with 3 nodes
    And a deployment "web" with 3 replicas of image "nginx:1.25"
    And the manifest:
      """
      ---
      {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
      ---
      {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
      ---
      {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web}, spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        containers:
        - {name: nginx, image: nginx}
        - {name: side, image: "side:v1", ports: [{containerPort: 8000}]}
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      ---
      {apiVersion: v1, kind: Service, metadata: {name: redis}, spec: {clusterIP: None, selector: {app: redis}, ports: [{port: 6379}]}}
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: redis-set}
      spec:
        serviceName: redis
        replicas: 1
        selector: {matchLabels: {app: redis}}
        template:
          metadata: {labels: {app: redis}}
          spec: {containers: [{name: redis, image: "redis:7", ports: [{containerPort: 6379}]}]}
      """
    When the cluster settles
    Then service "web" has 4 endpoints
    And service "web" routes to pod "web"
    And container "nginx" of pod "web" reaches "localhost:8000"
    And container "nginx" of pod "web" reaches "web:80"
    And container "nginx" of pod "web" reaches "redis-set-0.redis"
    And container "nginx" of pod "web" does not reach "redis-set-1.redis"
    And pod "redis-set-0" has hostname "redis-set-0"
    And persistentvolumeclaim "data" is Bound
    And poddisruptionbudget "web" allows 2 disruptions
    When I delete pod "web"
    And I run `kubectl scale deployment/web --replicas=2`
    And the cluster settles
    Then poddisruptionbudget "web" allows 0 disruptions
    When I run `kubectl scale deployment/web --replicas=3`
    And the cluster settles
    Then poddisruptionbudget "web" allows 1 disruption
    When I run `kubectl scale deployment/web --replicas=1`
    Then within 1m, service "web" has 1 endpoint

  Scenario: Any field of any object, and what kubectl prints
    Given a cluster with 3 nodes
    And a deployment "web" with 3 replicas of image "nginx:1.25"
    And the cluster settles
    Then deployment "web" has "{.status.readyReplicas}" equal to "3"
    And `kubectl get pods` prints:
      | NAME  | READY | STATUS  | RESTARTS |
      | web-* | 1/1   | Running | 0        |
      | web-* | 1/1   | Running | /^0$/    |
      | web-* | 1/1   | Running | *        |
    And `kubectl get deployment web -o name` prints:
      """
      deployment.apps/web
      """
