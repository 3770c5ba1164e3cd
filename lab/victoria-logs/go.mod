// What the lab changes in VictoriaLogs' own go.mod; lab/programs.ts puts the two together when it builds.
module lab/victoria-logs

go 1.26.5

tool github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs

require github.com/VictoriaMetrics/VictoriaLogs v1.52.1
