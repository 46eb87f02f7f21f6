Feature: When it must hold: every tense
  Nothing in front of an assertion means now. What is in front says when else; an instant is the cluster after one write, so
  nothing slips through between two looks.

  Background:
    Given a cluster with 3 nodes
    And containers of image "web:*" become ready after 15s
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: web
              image: web:v1
              readinessProbe: {periodSeconds: 1, tcpSocket: {port: 80}}
      """
    And the cluster settles

  Scenario: Now
    Then deployment "web" has 3 ready replicas

  Scenario: Within a time: it runs until then, at most that long
    When I run `kubectl scale deployment/web --replicas=4`
    Then within 90s, deployment "web" has 4 ready replicas
    And within 5 minutes, deployment "web" has 4 ready replicas
    And within 1 hour, every pod of deployment "web" is Ready

  Scenario: For a time: now and after every change
    When I run `kubectl scale deployment/web --replicas=4`
    Then for 10s, deployment "web" has 3 ready replicas
    And for 10 seconds, at most 4 pods of deployment "web" exist

  Scenario: At all times, at no time, at some time since the first When
    When I run `kubectl delete pod -l app=web --wait=false`
    And the cluster settles
    Then at some time, deployment "web" has 0 ready replicas
    And at all times, at least 3 pods of deployment "web" exist
    And at no time, deployment "web" has at least 4 available replicas

  Scenario: Of what was created later, since it first existed
    When a pod "late" of image "nginx:1.25"
    And the cluster settles
    Then at all times, pod "late" exists
    And at some time, pod "late" is Ready

  Scenario: During the rollout
    When I run `kubectl set image deployment/web web=web:v2`
    And within 5m, deployment "web" has rolled out
    And I run `kubectl delete deployment web`
    And the cluster settles
    Then during the rollout, deployment "web" has at least 3 available replicas
    And at some time, deployment "web" does not exist
