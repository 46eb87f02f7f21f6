Feature: A rollout leaves the bounds of its strategy
  Scenario: The change that broke it is named, and the chain of events that led there
    Given a cluster with 4 nodes
    And the manifest:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 4
        strategy:
          rollingUpdate: { maxSurge: 1, maxUnavailable: 1 }
        selector:
          matchLabels: { app: web }
        template:
          metadata:
            labels: { app: web }
          spec:
            containers:
              - name: app
                image: web:v1
                readinessProbe:
                  httpGet: { path: /ready, port: 80 }
                  periodSeconds: 2
                livenessProbe:
                  httpGet: { path: /healthz, port: 80 }
                  periodSeconds: 5
      """
    And containers of image "web:v2" become ready after 10m
    When the cluster settles
    And I run `kubectl set image deployment/web app=web:v2`
    And 1 minute passes
    And the liveness probe of every pod labelled "app=web" fails
    And 2 minutes pass
    Then the rollout of deployment "web" respected its strategy
