Feature: A misspelt field in a doc string
  Scenario Outline: The place is the field's, in an outline too
    Given a cluster with 1 node
    And the manifest:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: <name>
      spec:
        containers:
          - name: app
            imgae: web:v1
      """
    Examples:
      | name |
      | web  |
