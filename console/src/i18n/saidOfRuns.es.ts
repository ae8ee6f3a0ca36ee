import { nameOf, sayNested, type Words } from "./said";

/** What became of a run and its workers, and what its figures are worth. */
export const saidOfRuns: Words = {
  MANY_USERS_ON_WORKER: (region, each, advised) =>
    `${region}: ${each} usuarios por worker, y un worker de JMeter lleva bien ${advised}: use más workers`,
  MORE_WARNINGS_NOT_SHOWN: (more) => `${more} advertencias más no se muestran`,
  MORE_LABELS_THAN_KEPT: (most, other) =>
    `el plan tiene más de ${most} nombres; los que vinieron después se cuentan juntos como ${other}`,
  ROWS_NOT_READ: (rows) => `${rows} filas del motor no se pudieron leer y no se cuentan`,
  ROWS_NOT_UPLOADED: (rows) =>
    `${rows} filas se cuentan, pero no están entre las originales: no se pudieron subir durante demasiado tiempo`,
  ROWS_UNREADABLE: (error) => `las filas del motor no se pueden leer: «${error}»`,
  LAST_MOMENTS_MISSING: () =>
    "el motor terminó sin decir qué quedaba en curso: las peticiones de sus últimos momentos no se cuentan",
  SEGMENT_PART_LEFT_OUT: (key, error) => `una parte de ${key} queda fuera: «${error}»`,
  LOAD_NOT_DELIVERED: () => "algunos workers no entregaron su carga: el destino recibió menos de lo pedido",
  GENERATOR_SATURATED: (worker, region, percent, share) =>
    `el worker ${worker} en ${region} usó más del ${percent} % de sus procesadores durante el ${share} % del tiempo: dele menos usuarios, o más procesadores`,

  NOBODY_WATCHED: () => "nadie vigiló la ejecución durante 60 s, así que el worker detuvo su carga",
  PLACE_TAKEN: () => "otra tarea ocupó el lugar del worker",
  TASK_TOLD_TO_STOP: () => "se pidió a la tarea que se detuviera",
  WORKER_NO_DIRECTORY: (error) => `el worker no tiene carpeta de trabajo: «${error}»`,
  WORKER_NO_LOOPBACK: (error) => `el worker no puede escuchar en loopback: «${error}»`,
  WORKER_COULD_NOT_GO_ON: (words) => lastWords("el worker no pudo continuar", words),
  ENGINE_NOT_PREPARED: (error) => `no se pudo preparar el motor: «${error}»`,
  RUN_WITHOUT_PLAN: () => "la ejecución no tiene plan",
  NOT_ALL_UPLOADED: (...end) => `${nested(end)} (no se pudo subir todo)`.trim(),
  ENGINE_ENDED_EARLY: (words) => lastWords("el motor terminó antes de estar listo", words),
  ENGINE_ENDED_AT_GATE: (words) => lastWords("el motor terminó mientras esperaba el inicio", words),
  ENGINE_GATE_SHUT: (words) => lastWords("el motor no empezó la carga", words),
  ENGINE_DIED_UNDER_LOAD: (words) => lastWords("el motor murió durante la carga", words),
  ENGINE_DIED: (words) => lastWords("el motor murió", words),
  SETUP_STOPPED: (words) => lastWords("un grupo de hilos setUp detuvo la prueba", words),
  ENGINE_HAD_NO_MORE: () => "el motor no tenía más que hacer",
  CAME_AFTER_RELEASE: () => "estuvo listo cuando los demás ya habían empezado",
  READY_TOO_LATE: () => "estuvo listo demasiado tarde para empezar",
  NOT_ENDED_IN_TIME: () => "no terminó a tiempo",
  SILENT_FOR: (silence) => `no se supo nada de él durante ${silence}`,
  NOT_HEARD_AGAIN: () => "no se volvió a saber de él",
  WORKER_WAS_LOST: () => "se perdió",
  PLACED_FEWER: () => "ECS colocó menos tareas de las pedidas",

  CANCELLED_BY: (person = "") => `la canceló ${nameOf(person)}`,
  REGION_NOT_SET_UP: (region) => `${region} ya no está configurada: quítela del escenario o configúrela otra vez`,
  QUOTAS_SHORT: (...quotas) => groups(quotas, 5).map(quotaShort).join("; "),
  TOO_FEW_READY: (ready, planned, timeout) => `${ready} de ${planned} workers estuvieron listos en ${timeout}. ${RAISE}`,
  TOO_FEW_READY_OF: (ready, planned, timeout, worker, region, ...end) =>
    `${ready} de ${planned} workers estuvieron listos en ${timeout}; worker ${worker} en ${region}: ${nested(end)}. ${RAISE}`,
  WORKER_CANNOT_START: (worker, region, ...end) => `worker ${worker} en ${region}: ${nested(end)}`,
  WORKERS_CANNOT_START: (worker, region, more, ...end) => `worker ${worker} en ${region} (y ${more} más): ${nested(end)}`,
  WORKER_WITH_END: (worker, region, ...end) => workerWithEnd(worker, region, end),
  TOO_FEW_DELIVERED: (delivered, planned, least, more, ...lost) =>
    `${delivered} de ${planned} workers entregaron su carga, y hacen falta ${least}: ${workers(more, lost)}`,
  RESULTS_WITHOUT: (more, ...lost) => `los resultados no incluyen: ${workers(more, lost)}`,
  NO_ANSWER_IN_TIME: (requests) =>
    `ninguna de ${requests} peticiones tenía respuesta cuando terminó el drenaje: vea si el destino responde, o dele más tiempo`,
  NOTHING_MEASURED: () => "no hay ni una sola petición con la que juzgar",
  LOAD_WITHOUT_REQUEST: () => "mire el registro del motor entre los artefactos",
  FAILED_BEYOND_KEPT: (failures) => 
    failures === "1" ? "falló 1 petición además de las que se guardan" : `fallaron ${failures} peticiones además de las que se guardan`,

  SCENARIOS_DIFFER: () => "las ejecuciones son de escenarios distintos",
  WORKLOADS_DIFFER: () => "los scripts o las peticiones difieren",
  SHAPES_DIFFER: () => "las formas difieren",
  TRAFFIC_DIFFERS: () => "las regiones, los workers o los usuarios virtuales difieren",
  WORKER_SIZES_DIFFER: () => "los tamaños de los workers difieren",
  RUN_NOT_COMPLETED: (role, status = "") => `la ejecución ${run(role)} ${ENDED[status] ?? status}`,
  RUN_LOST_WORKERS: (role) => `la ejecución ${run(role)} perdió workers: su destino recibió menos de lo pedido`,
  RUN_ENDED_EARLY: (role) => `la ejecución ${run(role)} terminó antes de lo planeado`,
  RUN_WORKERS_PARTIAL: (role) => `algunos workers de la ejecución ${run(role)} entregaron solo una parte`,
  RUN_IN_DOUBT: (role, ...doubt) => `la ejecución ${run(role)} está en duda: ${nested(doubt)}`,
};

const RAISE = "Aumente start.timeout, o reduzca start.quorum para continuar con menos";

/** How a run ended, as what happened to it. */
export const ENDED: Readonly<Record<string, string>> = { failed: "falló", cancelled: "se canceló" };

/** A quota of a machine, which Service Quotas does not name. */
export const MEMORY_IN_GB = "memoria en GB";

const run = (role?: string) => (role === "candidate" ? "candidata" : "base");

/** A dead engine speaks its own language. */
const lastWords = (what: string, words?: string) => (words ? `${what}: «${words}»` : what);

const nested = (end: string[]) => sayNested(end, saidOfRuns);

const workerWithEnd = (worker: string | undefined, region: string | undefined, end: string[]) =>
  `worker ${worker} en ${region} (${nested(end)})`;

/** Of each worker come its index, its region, how many values its end has, and these. */
function workers(more: string | undefined, lost: string[]): string {
  const named: string[] = [];
  for (let at = 0; at + 2 < lost.length; ) {
    const begin = at + 3;
    const end = begin + Number(lost[at + 2]);
    named.push(workerWithEnd(lost[at], lost[at + 1], lost.slice(begin, end)));
    at = end;
  }
  if (Number(more) > 0) named.push(`y ${more} más`);
  return named.join("; ");
}

function quotaShort([region, name, needed, quota, used]: string[]): string {
  const wait = Number(needed) <= Number(quota) ? ", o espere a que terminen otras ejecuciones" : "";
  const ask = !wait && region ? ", o pida más en Service Quotas" : "";
  return `${region || "esta máquina"}: hacen falta ${needed} de \`${name === "memory in GB" ? MEMORY_IN_GB : name}\`, que es ${quota} con ${used} en uso: use menos workers, o más pequeños${wait}${ask}`;
}

function groups(values: string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}
