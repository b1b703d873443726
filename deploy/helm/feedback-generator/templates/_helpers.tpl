{{- define "feedback.name" -}}
{{- $base := .Chart.Name -}}
{{- (contains $base .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $base)) | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "feedback.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Of one component: (dict "root" $ "component" "web"). */}}
{{- define "feedback.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "feedback.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "feedback.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "feedback.name" .) "default") -}}
{{- end -}}

{{/*
Every setting is a variable; the secret ones come from the Secret. Of a name that stands in both, Kubernetes takes the value
of `env`: that of the chart's values.
*/}}
{{- define "feedback.environment" -}}
envFrom:
  - secretRef: { name: {{ .Values.secretName }} }
env:
  - { name: POSTGRES_HOST, value: {{ .Values.postgres.host | quote }} }
  - { name: POSTGRES_PORT, value: {{ .Values.postgres.port | quote }} }
  - { name: POSTGRES_DB, value: {{ .Values.postgres.database | quote }} }
  - { name: POSTGRES_USER, value: {{ .Values.postgres.user | quote }} }
  - { name: ALLOWED_HOSTS, value: {{ join "," .Values.allowedHosts | quote }} }
  - { name: FEEDBACK_LOG_FORMAT, value: json }
  {{- with .Values.publicUrl }}
  - { name: FEEDBACK_PUBLIC_URL, value: {{ . | quote }} }
  {{- end }}
  {{- range $name, $value := .Values.settings }}
  - { name: {{ $name }}, value: {{ $value | quote }} }
  {{- end }}
{{- end -}}

{{/* No rights, and nothing in the image that could be changed. */}}
{{- define "feedback.restricted" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{/* What every pod has: (dict "root" $ "component" "web"). */}}
{{- define "feedback.pod" -}}
serviceAccountName: {{ eq .component "migrate" | ternary "default" (include "feedback.serviceAccount" .root) }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if and .root.Values.spread (has .component (list "web" "worker")) }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "feedback.selector" . | nindent 8 }}
{{- end }}
{{- end -}}

{{/* A folder in memory for what a PDF is set from: a few milliseconds, and never on a disk. */}}
{{- define "feedback.memoryFolder" -}}
- { name: tmp, emptyDir: { medium: Memory, sizeLimit: 64Mi } }
{{- end -}}
