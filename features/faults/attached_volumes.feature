@faults @storage @nodes
Feature: Multi-Attach errors: a volume is stuck on a lost node
  A disk can be attached to one node at a time (ReadWriteOnce). When its node is lost nobody can say whether it is still written
  to, so it stays attached: the pod that is to replace the lost one waits in ContainerCreating. That is what keeps the data whole,
  and what keeps people up at night.

  Background:
    Given a cluster with 3 nodes
    And the manifest:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: db }
      spec:
        selector: { matchLabels: { app: db } }
        template:
          metadata: { labels: { app: db } }
          spec:
            affinity:
              nodeAffinity:
                preferredDuringSchedulingIgnoredDuringExecution:
                - { weight: 100, preference: { matchExpressions: [{ key: kubernetes.io/hostname, operator: In, values: [node-1] }] } }
            volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
            containers: [{ name: db, image: "postgres:17", volumeMounts: [{ name: data, mountPath: /data }] }]
      """
    And the cluster settles

  Scenario: The volume is attached to the node of its pod
    Then a pod labelled "app=db" has event "SuccessfulAttachVolume" with message "AttachVolume.Attach succeeded for volume"
    And `kubectl get volumeattachments` prints:
      | ATTACHER             | NODE   | ATTACHED |
      | disk.csi.example.com | node-1 | true     |

  Scenario: The replacement waits as long as the lost node's pod is there
    When node "node-1" is lost
    And 20 minutes pass
    Then exactly 1 pod labelled "app=db" shows STATUS "ContainerCreating"
    And exactly 1 pod labelled "app=db" shows STATUS "Terminating"
    And a pod on node "node-*" has event "FailedAttachVolume" with message "Volume is already used by pod(s) db-"
    And a pod labelled "app=db" has event "FailedMount" with message "Unable to attach or mount volumes: unmounted volumes=[data]"
    When node "node-1" recovers
    Then within 2m, deployment "db" has 1 ready replica

  Scenario: Deleting the lost pod by force frees the volume after six minutes
    When node "node-1" is lost
    And 10 minutes pass
    And I run `kubectl delete pod -l app=db --field-selector spec.nodeName=node-1 --force --grace-period=0`
    Then for 5m, no pod labelled "app=db" is Ready
    And within 4m, deployment "db" has 1 ready replica
    And `kubectl get volumeattachments` prints:
      | ATTACHER             | ATTACHED |
      | disk.csi.example.com | true     |

  Scenario: Deleting the lost Node frees the volume at once
    When node "node-1" is lost
    And 10 minutes pass
    And I run `kubectl delete node node-1`
    Then within 5m, deployment "db" has 1 ready replica

  Scenario: Saying that the node is off for good frees everything on it
    When node "node-1" is lost
    And 10 minutes pass
    And I run `kubectl taint node node-1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`
    Then within 1m, deployment "db" has 1 ready replica
    And exactly 1 pod labelled "app=db" exists

  Scenario: A second replica on another node cannot have the volume either
    When I run `kubectl cordon node-1`
    And I run `kubectl scale deployment/db --replicas=2`
    And 5 minutes pass
    Then exactly 1 pod labelled "app=db" shows STATUS "ContainerCreating"
    And deployment "db" has 1 ready replica
    When I run `kubectl scale deployment/db --replicas=1`
    Then within 1m, exactly 1 pod labelled "app=db" exists
    And deployment "db" has 1 ready replica
