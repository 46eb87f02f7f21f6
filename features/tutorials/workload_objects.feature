@tutorial @workloads
Feature: ReplicaSet, Deployment, DaemonSet and StatefulSet: which object for which pods
  The chapters on workloads go from single pods, which nobody brings back, to the objects that keep, update, spread and name them.
  Each manifest is applied and each command is run as it is printed there.

  Background:
    Given a cluster with 3 nodes

  Scenario: Applying a pod twice changes nothing
    When I run `kubectl apply -f my-simple-pod.yaml`
    Then the command prints "pod/my-simple-pod created"
    When I run `kubectl apply -f my-simple-pod.yaml`
    Then the command prints "pod/my-simple-pod unchanged"

  Scenario: Pods made by hand are not replaced when one goes
    When I run `kubectl apply -f workloads/my-simple-pods.yaml`
    And the cluster settles
    And I delete pod "my-simple-pod-02"
    Then for 1h, pod "my-simple-pod-02" does not exist
    And exactly 2 pods on node "*" are Ready

  Scenario: A ReplicaSet makes up for a pod that goes
    When I run `kubectl apply -f workloads/nginx-replicaset.yaml`
    And the cluster settles
    And I delete pod "nginx-replicaset-*"
    Then within 1m, replicaset "nginx-replicaset" has 3 ready replicas

  Scenario: A ReplicaSet takes away what is too many
    When I run `kubectl apply -f workloads/nginx-replicaset.yaml`
    And the cluster settles
    And I run `kubectl scale replicaset nginx-replicaset --replicas=1`
    And the cluster settles
    Then exactly 1 pod labelled "app=nginx" exists

  Scenario: A pod that happens to carry the label belongs to the ReplicaSet from then on
    The chapter says that only labels count. A ReplicaSet adopts a matching pod without an owner and, if that makes one too many,
    deletes one; a pod whose label is taken away is released, lives on, and is replaced.

    When I run `kubectl run stranger --image=nginx:1.17 --labels=app=nginx`
    And the cluster settles
    And I run `kubectl apply -f workloads/nginx-replicaset.yaml`
    And the cluster settles
    Then exactly 3 pods labelled "app=nginx" exist
    And pod "stranger" has "{.metadata.ownerReferences[0].name}" equal to "nginx-replicaset"
    When I run `kubectl label pod stranger app=else --overwrite`
    And the cluster settles
    Then pod "stranger" has "{.metadata.ownerReferences}" equal to ""
    And exactly 3 pods labelled "app=nginx" are Ready

  Scenario: A new image in a ReplicaSet touches no running pod, only those created later
    When I run `kubectl apply -f workloads/nginx-replicaset.yaml`
    And the cluster settles
    And I run `kubectl apply -f workloads/nginx-replicaset-1.18.yaml`
    Then for 1h, every pod labelled "app=nginx" has "{.spec.containers[0].image}" equal to "nginx:1.17"
    When I run `kubectl delete pods -l app=nginx`
    Then within 1m, every pod labelled "app=nginx" has "{.spec.containers[0].image}" equal to "nginx:1.18"

  Scenario: A rolling update keeps between replicas - maxUnavailable and replicas + maxSurge pods
    When I run `kubectl apply -f workloads/my-deployment.yaml`
    And I run `kubectl rollout status deployment/my-deployment`
    And I run `kubectl set image deployment/my-deployment my-container=nginx:1.18`
    And I run `kubectl rollout status deployment/my-deployment`
    Then the command prints "deployment \"my-deployment\" successfully rolled out"
    And the rollout of deployment "my-deployment" respected its strategy
    And during the rollout, deployment "my-deployment" has at least 2 available replicas

  Scenario: Recreate ends every old pod before the first new one: there is a moment without any
    When I run `kubectl apply -f workloads/my-deployment.yaml`
    And the cluster settles
    And I run `kubectl patch deployment my-deployment -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`
    And I run `kubectl set image deployment/my-deployment my-container=nginx:1.18`
    And the cluster settles
    Then every pod labelled "app=my-app" has "{.spec.containers[0].image}" equal to "nginx:1.18"
    And the events of deployment "my-deployment" include:
      | type   | reason            | message                                            |
      | Normal | ScalingReplicaSet | /Scaled down replica set my-deployment-.+ from 3 to 0/ |
    And at no time, at least 4 pods labelled "app=my-app" are Ready

  Scenario: The history of a Deployment, and back to one of its revisions
    When I run `kubectl apply -f workloads/my-deployment.yaml`
    And the cluster settles
    And I run `kubectl set image deployment/my-deployment my-container=nginx:1.18`
    And the cluster settles
    And I run `kubectl set image deployment/my-deployment my-container=nginx:1.19`
    And the cluster settles
    Then `kubectl rollout history deployment/my-deployment` prints:
      """
      deployment.apps/my-deployment 
      REVISION  CHANGE-CAUSE
      1         <none>
      2         <none>
      3         <none>
      """
    When I run `kubectl rollout undo deployment/my-deployment --to-revision=2`
    Then the command prints "deployment.apps/my-deployment rolled back"
    And within 2m, deployment "my-deployment" has rolled out
    And within 1m, every pod labelled "app=my-app" has "{.spec.containers[0].image}" equal to "nginx:1.18"
    And deployment "my-deployment" is at revision 4

  Scenario: A restart replaces every pod by one of the same image
    When I run `kubectl apply -f workloads/my-deployment.yaml`
    And the cluster settles
    And I run `kubectl rollout restart deployment/my-deployment`
    Then the command prints "deployment.apps/my-deployment restarted"
    And within 2m, deployment "my-deployment" has rolled out
    And deployment "my-deployment" is at revision 2
    And at all times, every pod labelled "app=my-app" has "{.spec.containers[0].image}" equal to "nginx:1.17"

  Scenario: A DaemonSet follows the nodes
    When I run `kubectl apply -f workloads/fluentd-daemonset.yaml`
    And the cluster settles
    Then every pod of daemonset "fluentd-daemonset" are spread over 3 nodes
    When a node "node-4" joins
    Then within 1m, every pod of daemonset "fluentd-daemonset" are spread over 4 nodes
    When I run `kubectl delete node node-2`
    Then within 5m, exactly 3 pods of daemonset "fluentd-daemonset" exist

  Scenario: A DaemonSet for some of the nodes, chosen anew whenever their labels change
    When I run `kubectl apply -f workloads/fluentd-daemonset.yaml`
    And I run `kubectl patch daemonset fluentd-daemonset -p '{"spec":{"template":{"spec":{"nodeSelector":{"logs":"yes"}}}}}'`
    And the cluster settles
    Then no pod of daemonset "fluentd-daemonset" exists
    When I run `kubectl label node node-3 logs=yes`
    Then within 1m, exactly 1 pod on node "node-3" is Ready

  Scenario: The pods of a StatefulSet have fixed names, hostnames and an order
    When I run `kubectl apply -f workloads/redis-set.yaml`
    And the cluster settles
    Then `kubectl get pods` prints:
      | NAME        | READY | STATUS  |
      | redis-set-0 | 1/1   | Running |
      | redis-set-1 | 1/1   | Running |
      | redis-set-2 | 1/1   | Running |
    And pod "redis-set-0" has hostname "redis-set-0"
    And the pods of statefulset "redis-set" were created in order

  Scenario: A StatefulSet shrinks from its highest number and grows back by the same name
    When I run `kubectl apply -f workloads/redis-set.yaml`
    And the cluster settles
    And I run `kubectl scale statefulsets redis-set --replicas=2`
    Then the command prints "statefulset.apps/redis-set scaled"
    And within 1m, pod "redis-set-2" does not exist
    And at all times, pod "redis-set-1" exists
    When I run `kubectl scale statefulsets redis-set --replicas=3`
    Then within 1m, pod "redis-set-2" is Ready

  Scenario: A pod of a StatefulSet that is deleted keeps its number
    When I run `kubectl apply -f workloads/redis-set.yaml`
    And the cluster settles
    And I delete pod "redis-set-1"
    Then within 1m, pod "redis-set-1" is Ready
    And pod "redis-set-1" has hostname "redis-set-1"
