@workloads
Feature: A Deployment rolls out, within its strategy
  A new template makes a new ReplicaSet. The Deployment moves replicas from the old ones to the new one, never more than maxSurge
  above and maxUnavailable below what is wanted, and keeps the old ReplicaSets, empty, as its history.

  Background:
    Given a cluster with 4 nodes
    And containers of image "web:*" become ready after 5s
    And the manifest "web.yaml"
    And the cluster settles

  Scenario: The default strategy: a quarter more, a quarter less
    When I run `kubectl set image deployment/web web=web:v2`
    And I run `kubectl rollout status deployment/web`
    Then the rollout of deployment "web" respected its strategy
    And during the rollout, deployment "web" has at least 6 available replicas
    And during the rollout, deployment "web" has at most 10 current replicas
    And within 1m, every pod labelled "app=web" has "{.spec.containers[0].image}" equal to "web:v2"

  Scenario: One at a time, never below the number
    When I run `kubectl patch deployment web -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}'`
    And I run `kubectl set image deployment/web web=web:v2`
    And I run `kubectl rollout status deployment/web`
    Then the rollout of deployment "web" respected its strategy
    And during the rollout, deployment "web" has at least 8 available replicas

  Scenario: Recreate: the old pods are gone before the first new one comes
    When I run `kubectl patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`
    And I run `kubectl set image deployment/web web=web:v2`
    And the cluster settles
    Then every pod labelled "app=web" has "{.spec.containers[0].image}" equal to "web:v2"
    And at no time, at least 9 pods labelled "app=web" are Ready
    And the events of deployment "web" include:
      | type   | reason            | message                                  |
      | Normal | ScalingReplicaSet | /Scaled down replica set web-.+ from 8 to 0/ |

  Scenario: A new version that never becomes ready stops the rollout, not the service
    Given image "web:broken" exists on no registry
    When I run `kubectl patch deployment web -p '{"spec":{"progressDeadlineSeconds":120}}'`
    And I run `kubectl set image deployment/web web=web:broken`
    Then within 3m, deployment "web" has condition "Progressing" "False" because "ProgressDeadlineExceeded"
    And at all times, deployment "web" has at most 8 available replicas
    And for 10m, deployment "web" has 6 available replicas
    When I try to run `kubectl rollout status deployment/web`
    Then the command fails with "error: deployment \"web\" exceeded its progress deadline"

  Scenario: The way out of a bad version is the revision before
    Given image "web:broken" exists on no registry
    When I run `kubectl set image deployment/web web=web:broken`
    And 1 minute passes
    And I run `kubectl rollout undo deployment/web`
    Then within 1m, deployment "web" has rolled out
    And deployment "web" has 8 available replicas
    And every pod labelled "app=web" has "{.spec.containers[0].image}" equal to "web:v1"
    And deployment "web" is at revision 3

  Scenario: A rollout that another one overtakes
    Two thirds of the way, people change their minds. Nothing waits for the middle version: its pods are the first to go.

    When I run `kubectl set image deployment/web web=web:v2`
    And 3 seconds pass
    And I run `kubectl set image deployment/web web=web:v3`
    And I run `kubectl rollout status deployment/web`
    Then within 1m, every pod labelled "app=web" has "{.spec.containers[0].image}" equal to "web:v3"
    And deployment "web" is at revision 3
    And at all times, deployment "web" has at least 6 available replicas

  Scenario: A paused Deployment collects changes, and rolls out once
    When I run `kubectl rollout pause deployment/web`
    And I run `kubectl set image deployment/web web=web:v2`
    And I run `kubectl patch deployment web -p '{"spec":{"template":{"metadata":{"annotations":{"team":"shop"}}}}}'`
    Then for 10m, every pod labelled "app=web" has "{.spec.containers[0].image}" equal to "web:v1"
    And deployment "web" has condition "Progressing" "Unknown" because "DeploymentPaused"
    When I run `kubectl rollout resume deployment/web`
    And I run `kubectl rollout status deployment/web`
    Then deployment "web" is at revision 2
    And within 1m, every pod labelled "app=web" has "{.spec.containers[0].image}" equal to "web:v2"

  Scenario: Scaling in the middle of a rollout is shared out among old and new
    Given image "web:broken" exists on no registry
    When I run `kubectl set image deployment/web web=web:broken`
    And 10 seconds pass
    And I run `kubectl scale deployment web --replicas=16`
    And 1 minute passes
    Then exactly 12 pods labelled "app=web" are Ready
    And exactly 20 pods labelled "app=web" exist

  Scenario: minReadySeconds makes the rollout wait until pods have proven themselves
    When I run `kubectl patch deployment web -p '{"spec":{"minReadySeconds":30}}'`
    And I run `kubectl set image deployment/web web=web:v2`
    And 10 seconds pass
    Then deployment "web" has 10 ready replicas
    And for 20s, deployment "web" has 6 available replicas
    And within 3m, deployment "web" has rolled out

  Scenario: Old ReplicaSets are kept as history, up to a limit
    When I run `kubectl patch deployment web -p '{"spec":{"revisionHistoryLimit":1}}'`
    And I run `kubectl set image deployment/web web=web:v2`
    And the cluster settles
    And I run `kubectl set image deployment/web web=web:v3`
    And the cluster settles
    Then `kubectl rollout history deployment/web` prints:
      """
      deployment.apps/web 
      REVISION  CHANGE-CAUSE
      2         <none>
      3         <none>
      """
    When I try to run `kubectl rollout undo deployment/web --to-revision=1`
    Then the command fails with "error: unable to find specified revision 1 in history"

  Scenario: A change cause is part of the history
    When I run `kubectl set image deployment/web web=web:v2`
    And I run `kubectl annotate deployment web kubernetes.io/change-cause='the new checkout'`
    And the cluster settles
    Then `kubectl rollout history deployment/web` prints:
      """
      deployment.apps/web 
      REVISION  CHANGE-CAUSE
      1         <none>
      2         the new checkout
      """

  Scenario: Deleting the Deployment takes its ReplicaSets and pods along
    When I run `kubectl delete deployment web`
    Then within 1m, no pod labelled "app=web" exists
    When I run `kubectl get replicasets`
    Then the command prints "No resources found in default namespace."
