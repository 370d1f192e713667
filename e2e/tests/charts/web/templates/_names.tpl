{{- define "web.labels" -}}
app: {{ include "web.name" . }}
{{- end }}
{{- define "web.name" -}}
{{ .Release.Name }}
{{- end }}
