Feature: Sentences that make a cluster
  Every scenario begins with its nodes. The plain sentence gives the usual ones; the others say what is different about them.

  Scenario: The usual nodes: node-1 and so on, 4 CPU, 8Gi and 110 pods each, in one zone
    Given a cluster with 3 nodes
    Then `kubectl get nodes` prints:
      | NAME   | STATUS |
      | node-1 | Ready  |
      | node-2 | Ready  |
      | node-3 | Ready  |
    And node "node-3" has "{.status.allocatable.cpu}" equal to "4"
    And node "node-3" has "{.status.allocatable.memory}" equal to "8Gi"
    And node "node-3" has "{.status.allocatable.pods}" equal to "110"

  Scenario: A single node
    Given a cluster with 1 node
    Then `kubectl get nodes` prints:
      | NAME   |
      | node-1 |

  Scenario: Nodes of a size
    Given a cluster with 3 nodes of 2500m CPU and 512Mi memory
    Then node "node-3" has "{.status.capacity.cpu}" equal to "2500m"
    And node "node-1" has "{.status.capacity.memory}" equal to "512Mi"

  Scenario: Zones get their nodes in turn
    Given a cluster with 6 nodes in zones "a", "b", "c"
    Then node "node-1" has "{.metadata.labels.topology\.kubernetes\.io/zone}" equal to "a"
    And node "node-3" has "{.metadata.labels.topology\.kubernetes\.io/zone}" equal to "c"
    And node "node-4" has "{.metadata.labels.topology\.kubernetes\.io/zone}" equal to "a"

  Scenario: Nodes in a table, each as it is
    Given a cluster with nodes:
      | name  | cpu | memory | pods | zone | region | labels         | taints                              | nvidia.com/gpu |
      | big   | 16  | 64Gi   | 250  | a    | eu     | disk=ssd,gpu=y | gpu=y:NoSchedule,spot:NoExecute     | 2              |
      | small | 1   | 1Gi    | 10   | b    |        |                |                                     |                |
    Then node "big" has "{.status.allocatable.pods}" equal to "250"
    And node "big" has "{.status.allocatable.nvidia\.com/gpu}" equal to "2"
    And node "big" has "{.metadata.labels.disk}" equal to "ssd"
    And node "big" has "{.metadata.labels.gpu}" equal to "y"
    And node "big" has "{.metadata.labels.topology\.kubernetes\.io/region}" equal to "eu"
    And node "big" has taint "gpu=y:NoSchedule"
    And node "big" has taint "spot:NoExecute"
    And node "small" has "{.status.allocatable.cpu}" equal to "1"
    And node "small" has "{.metadata.labels.topology\.kubernetes\.io/zone}" equal to "b"

  Scenario: The nodes of a real cluster, as kubectl printed them, and whatever else is in the file
    Given a cluster from "nodes.yaml"
    Then `kubectl get nodes` prints:
      | NAME     | STATUS |
      | worker-a | Ready  |
      | worker-b | Ready  |
    And node "worker-a" has "{.status.allocatable.pods}" equal to "20"
    And namespace "shop" exists

  Scenario: Nodes join, before and after
    Given a cluster with 1 node
    And a node "node-4" joins
    When a node "spare" joins with:
      | cpu | labels   |
      | 32  | disk=ssd |
    And the cluster settles
    Then node "node-4" is Ready
    And node "spare" is Ready
    And node "spare" has "{.status.allocatable.cpu}" equal to "32"
    And node "spare" has "{.metadata.labels.disk}" equal to "ssd"

  Scenario: Every timing constant can be set by its name
    Given a cluster with 2 nodes
    And cluster setting "node-monitor-grace-period" is "20s"
    And the cluster settles
    When node "node-2" is lost
    Then within 26s, node "node-2" is not Ready

  Scenario: A scenario of its own seed has the same names every time
    Given the seed is 42
    And a cluster with 1 node
    And a deployment "web" with 1 replica of image "nginx:1.25"
    When the cluster settles
    Then every pod of deployment "web" is Ready
