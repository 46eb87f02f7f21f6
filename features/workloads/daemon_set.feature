@workloads
Feature: A DaemonSet runs one pod on every node that fits
  Log collectors and network plugins belong on each node, whatever comes and goes. The controller makes a pod for every node
  whose labels and taints fit, and ties it to that node; the scheduler only binds it. Taints of nodes in trouble do not drive
  these pods away, but a NoSchedule taint of your own keeps new ones off.

  Background:
    Given a cluster with 3 nodes
    And the manifest "agent.yaml"
    When the cluster settles

  Scenario: Every node has a pod
    Then `kubectl get daemonset agent` prints:
      | NAME  | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE | NODE SELECTOR |
      | agent | 3       | 3       | 3     | 3          | 3         | <none>        |
    And every pod labelled "app=agent" are spread over 3 nodes
    And daemonset "agent" has event "SuccessfulCreate"
    And every pod labelled "app=agent" has "{.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].key}" equal to "metadata.name"

  Scenario: A node that joins gets a pod, a node that is deleted loses it
    Given a node "node-4" joins
    Then within 30s, every pod labelled "app=agent" are spread over 4 nodes
    When node "node-4" is deleted
    Then within 5m, exactly 3 pods labelled "app=agent" exist
    And daemonset "agent" has 3 desired replicas

  Scenario: A deleted pod is replaced on its node
    When I delete pod "agent-*"
    Then within 30s, daemonset "agent" has 3 ready replicas
    And every pod labelled "app=agent" are spread over 3 nodes

  Scenario: Pods follow a node selector when nodes are relabelled
    When I run `kubectl patch daemonset agent -p '{"spec":{"template":{"spec":{"nodeSelector":{"role":"edge"}}}}}'`
    Then within 1m, no pod labelled "app=agent" exists
    When I run `kubectl label node node-2 role=edge`
    Then within 30s, exactly 1 pod labelled "app=agent" is Ready
    And every pod labelled "app=agent" runs on node "node-2"
    When I run `kubectl label node node-2 role-`
    Then within 1m, no pod labelled "app=agent" exists

  Scenario: A cordoned node keeps its pod, a tainted one gets none
    When I run `kubectl cordon node-1`
    And I run `kubectl taint node node-3 gpu=yes:NoSchedule`
    And I run `kubectl delete pods -l app=agent`
    Then within 30s, exactly 2 pods labelled "app=agent" are Ready
    And no pod labelled "app=agent" runs on node "node-3"
    And daemonset "agent" has 2 desired replicas

  Scenario: A rolling update goes node by node
    When I run `kubectl set image daemonset/agent agent=agent:v2`
    And I run `kubectl rollout status daemonset/agent`
    Then the command prints "daemon set \"agent\" successfully rolled out"
    And every pod labelled "app=agent" has "{.spec.containers[0].image}" equal to "agent:v2"
    And at all times, daemonset "agent" has at least 2 available replicas

  Scenario: With a surge, the new pod is ready before the old one goes
    When I run `kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}'`
    And I run `kubectl set image daemonset/agent agent=agent:v2`
    And the cluster settles
    Then daemonset "agent" has 3 updated replicas
    And every pod labelled "app=agent" has "{.spec.containers[0].image}" equal to "agent:v2"
    And at all times, daemonset "agent" has 3 available replicas

  Scenario: With OnDelete, pods are updated when somebody deletes them
    When I run `kubectl patch daemonset agent -p '{"spec":{"updateStrategy":{"$retainKeys":["type"],"type":"OnDelete"}}}'`
    And I run `kubectl set image daemonset/agent agent=agent:v2`
    Then for 10m, every pod labelled "app=agent" has "{.spec.containers[0].image}" equal to "agent:v1"
    When I delete pod "agent-*"
    Then within 30s, every pod labelled "app=agent" has "{.spec.containers[0].image}" equal to "agent:v2"

  Scenario: A rollback returns to the revision before
    When I run `kubectl set image daemonset/agent agent=agent:v2`
    And the cluster settles
    And I run `kubectl rollout undo daemonset/agent`
    And the cluster settles
    Then every pod labelled "app=agent" has "{.spec.containers[0].image}" equal to "agent:v1"
    And `kubectl rollout history daemonset/agent` prints:
      """
      daemonset.apps/agent 
      REVISION  CHANGE-CAUSE
      2         <none>
      3         <none>
      """
