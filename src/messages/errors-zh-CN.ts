import type { ERRORS_EN } from './errors-en.ts';

/** 每个错误代码：什么失败了，该怎么办。 */
export const ERRORS_ZH: Readonly<Record<keyof typeof ERRORS_EN, { readonly what: string; readonly remedy: string }>> = {
  'recorder.read-failed': {
    what: '记录仪无法交出一个文件',
    remedy: '取下记录仪重新接入；若仍在同一文件失败，请保留记录仪并检查其存储卡。',
  },
  'recorder.removed': { what: '记录仪在全部安全之前被取下', remedy: '重新接入任意采集口：从中断的文件继续。' },
  'recorder.file-changed': { what: '读取时记录仪上的文件发生了变化', remedy: '确认记录仪没有在录像，然后重新接入。' },
  'recorder.name-refused': { what: '记录仪上有不允许读取的名称', remedy: '该条目已留在记录仪上并记录在案；若缺少录像，请检查存储卡。' },
  'recorder.not-regular': {
    what: '记录仪上有非普通文件',
    remedy: '该条目已留在记录仪上并记录在案；正常的记录仪不会有这种条目，请检查存储卡。',
  },
  'recorder.over-limit': { what: '记录仪上的内容超出限制', remedy: '调高配置 intake 一节中所指的限制，然后重新接入。' },
  'recorder.unreadable': { what: '无法列出记录仪的内容', remedy: '取下记录仪重新接入；检查数据线与采集口。' },
  'recorder.unknown': {
    what: '接入了没有驱动认识的存储设备，未作处理',
    remedy: '若是记录仪，请为其编写驱动或将 dock.unknown 设为 take；否则请取下。',
  },
  'recorder.foreign-device': { what: '采集口上接入了并非记录仪的设备', remedy: '立即取下并查明来源：键盘、网卡不应出现在采集口上。' },
  'recorder.locked': { what: '记录仪的磁盘处于锁定状态', remedy: '检查密钥目录中该型号的密码，然后重新接入。' },
  'recorder.mount-failed': {
    what: '记录仪的磁盘无法挂载',
    remedy: '取下记录仪重新接入；若仍失败，请检查存储卡。采集站绝不在记录仪上修复文件系统。',
  },
  'recorder.gaps': {
    what: '记录仪上的文件有无法读取的部分',
    remedy: '可读取的部分已封存并标记为损坏。请勿继续使用或清空该记录仪，将存储卡送检。',
  },
  'recorder.still-writing': { what: '记录仪接入后仍在写入存储卡', remedy: '最后写入的内容未被采集。请关闭记录仪后重新接入。' },
  'recorder.disposed-files': { what: '记录仪上仍有已销毁的录像', remedy: '未重新采集。请从记录仪上删除；在此之前仍存有一份副本。' },
  'recorder.other-files': { what: '存储卡上有其他记录仪的文件', remedy: '这些文件已按其名称所示的编号封存。请查明其来源。' },
  'recorder.known-differs': {
    what: '有文件看似已封存，内容却不同',
    remedy: '该文件正作为新文件采集：请等到采集口再次显示“可以取走”。检查记录仪时钟，可能已重新起算。',
  },
  'recorder.known-unread': {
    what: '记录仪上已封存的文件无法再次读取，未能复核',
    remedy: '已封存的内容是安全的；请重新接入，若再次发生请检查存储卡。',
  },
  'recorder.unstable': { what: '再次读取时记录仪给出了不同的内容', remedy: '保留该记录仪并送检：数据线、采集口、读卡器或存储卡不可信。' },
  'recorder.clock-off': {
    what: '记录仪的时钟偏差超过限值',
    remedy: '校正记录仪时钟，或由采集站校正（dock.setClock）；时间已按测得的偏差修正。',
  },
  'recorder.write-failed': { what: '无法写入记录仪', remedy: '取下记录仪重新接入；若仍失败，请检查存储卡：可能已损坏或处于写保护。' },
  'recorder.wipe-failed': { what: '无法从记录仪上移除已封存的文件', remedy: '录像是安全的；请重新接入，若再次发生请检查存储卡。' },
  'vault.full': { what: '采集站磁盘已到预留空间', remedy: '释放本地库磁盘的空间或增加磁盘；采集会自动继续。' },
  'vault.read-only': { what: '本地库无法写入', remedy: '检查本地库目录的挂载与权限；采集会自动继续。' },
  'vault.write-failed': { what: '本地库磁盘写入时报错', remedy: '检查磁盘健康（内核日志、SMART）；该文件会重新复制。' },
  'vault.read-failed': { what: '本地库磁盘读取时报错', remedy: '检查磁盘健康（内核日志、SMART）。' },
  'vault.mismatch': { what: '从本地库读回的内容与写入的不同', remedy: '该副本已隔离并会重新复制；若再次发生，请更换磁盘并检测内存。' },
  'vault.missing': { what: '本地库中缺少应有的文件', remedy: '运行 evidock verify；从归档取回该文件。' },
  'vault.key-invalid': { what: '本地库键的格式不允许', remedy: '这是采集站自身的缺陷：请连同日志行一起报告。' },
  'ledger.failed': { what: '账本无法读写', remedy: '检查状态目录所在磁盘；若账本损坏，请恢复最近的账本备份。' },
  'ledger.in-use': { what: '另一个 Evidock 进程占用了状态目录', remedy: '停止另一进程，或使用正在运行的采集站。' },
  'ledger.missing': {
    what: '本地库中有录像，但账本不见了',
    remedy: '恢复最近的备份：停止采集站，将状态目录 backups/ 中最新的文件复制为 ledger/ledger.sqlite，然后运行 evidock ledger accept。',
  },
  'ledger.rolled-back': {
    what: '账本不是采集站最后写入的那一份：保管链中有条目缺失或被替换',
    remedy: '查明是谁改动了它。若是有意恢复了较早的备份，或找不到更新的，请运行 evidock ledger accept：保管链会如实记录。',
  },
  'ledger.altered': {
    what: '账本的表或触发器被外部改动',
    remedy: '查明是谁改动了它，并运行 evidock verify。evidock ledger accept 会重建缺失的触发器；否则请恢复备份。',
  },
  'ledger.newer': { what: '账本由更新版本的 Evidock 写入', remedy: '安装该版本或更高版本。' },
  'transcoder.failed': { what: '转码失败', remedy: '原始文件安全；查看说明后运行 evidock jobs retry。' },
  'transcoder.timeout': {
    what: '转码超出时限',
    remedy: '原始文件安全；若录像正常，请调高 derive.timeLimit，然后运行 evidock jobs retry。',
  },
  'transcoder.stood-still': {
    what: '转码停滞，已被终止',
    remedy: '原始文件安全，系统会再次尝试。若反复出现，请检查存储库所在磁盘是否正常响应。',
  },
  'transcoder.too-slow': {
    what: '转码两次超出时限',
    remedy: '原始文件安全。若录像属实或当时机器繁忙，请调高 derive.timeLimit，再运行 evidock derive --again --failed。',
  },
  'transcoder.unplayable': { what: '无法为这条录像制作可播放副本', remedy: '原始文件保持原样；可导出交由专业人员处理。' },
  'transcoder.unsupported': {
    what: '没有程序能显示这种文件',
    remedy: '据目前所知原始文件完整，保持原样；可导出交由专业人员处理。升级后可运行 evidock derive --again --failed。',
  },
  'transcoder.too-large': {
    what: '派生文件超出原始文件所允许的大小',
    remedy: '原始文件保持原样；若录像属实，请调高 derive.outputMax，再运行 evidock derive --again --failed。',
  },
  'transcoder.missing': { what: '无法运行 ffmpeg 或 ffprobe', remedy: '安装 ffmpeg，或设置 derive.ffmpeg 与 derive.ffprobe。' },
  'archive.unreachable': { what: '无法连接归档', remedy: '检查网络与 archive.s3.endpoint；上传会自动继续。' },
  'archive.refused': { what: '归档拒绝了请求', remedy: '检查访问密钥、存储桶及其策略；上传会自动继续。' },
  'archive.full': { what: '归档空间已满', remedy: '扩充归档；上传会自动继续。' },
  'archive.mismatch': { what: '归档返回的内容与封存的不同', remedy: '本地副本保留并会重新上传；请检查归档，目前不可信任。' },
  'archive.slow': {
    what: '到归档的链路太慢',
    remedy: '系统会自动减少并发分片并缩小分片；请换用更快的链路，或安排夜间上传（archive.hours）。',
  },
  'archive.not-accepted': { what: '归档没有接受上传', remedy: '会自动重新上传；若反复出现，请检查站点与归档之间是什么改动了数据。' },
  'archive.unfit': {
    what: '该存储桶不能用作归档',
    remedy: '按 docs/operations.md 中关于存储桶的一节配置存储桶，或在 archive.s3.unlocked 中明确接受其不足。',
  },
  'archive.lock-refused': { what: '不会请求这样的锁定', remedy: '归档未作任何改动；请告知开发者。' },
  'archive.lock-differs': {
    what: '归档返回的锁定与所设置的不同',
    remedy: '此锁定不算数。请运行 evidock archive show；该存储未按要求保存日期。',
  },
  'archive.missing': { what: '归档中没有该对象', remedy: '先运行 evidock verify --archive，再运行 evidock jobs retry。' },
  'work.lease-lost': {
    what: '这项工作已不属于此工作进程',
    remedy: '无需处理：租约已到期，工作正在等待或由其他进程执行，本次结果没有写入任何记录。',
  },
  'work.key-refused': {
    what: '工作机的密钥在本站点无效',
    remedy: '请在站点上重新邀请该工作机（evidock worker invite 名称），并用新的邀请启动它。',
  },
  'work.station-differs': {
    what: '应答者不是邀请该工作机的站点',
    remedy: '检查邀请中的地址；若站点的证书已重新生成，请重新邀请该工作机。',
  },
  'work.station-unreachable': {
    what: '工作机无法连接其站点',
    remedy: '检查工作机与站点之间的网络，以及站点是否在运行；工作不会丢失，仍在站点等待。',
  },
  'work.version-differs': { what: '工作机与站点的版本不同', remedy: '请在工作机上安装与站点相同的版本。' },
  'work.replaced': {
    what: '另一个进程使用同一邀请，并且启动得更晚',
    remedy: '每份邀请只运行一个进程；需要第二台工作机时，请用另一个名称邀请（`evidock worker invite 名称`）。',
  },
  'work.certificate-failed': {
    what: '无法生成或读取站点供工作机使用的证书',
    remedy: '请安装 openssl；若状态目录下 work 目录中的文件已损坏，请删除这两个文件并重新邀请所有工作机。',
  },
  'queue.unreachable': { what: '无法连接工作队列（Redis）', remedy: '启动 Redis 或更正 queue.url；工作不会丢失，会从账本重新排队。' },
  'queue.refused': {
    what: '工作队列（Redis）不接受工作',
    remedy: '把 queue.url 指向可写且内存充足的 Redis；工作不会丢失，会从账本重新排队。',
  },
  'sign-in.provider-unreachable': {
    what: '统一认证服务没有应答',
    remedy: '请用密码登录，或稍后再试；若一直如此，请检查 oidc.issuer 与站点网络。',
  },
  'sign-in.provider-refused': {
    what: '统一认证登录未成功',
    remedy: '请重新登录。若一直如此，请联系安全管理员：站点日志记有认证服务的应答。',
  },
  'config.default-id': {
    what: '采集站与其他站共用工作队列或归档，却仍使用默认编号',
    remedy: '把 station.id 设为其他采集站没有使用的编号；两个站编号相同，会把对方的工作和副本当成自己的。',
  },
  'config.invalid': { what: '配置无效', remedy: '更正所指字段；evidock config reference 说明每个字段。' },
  'notices.failed': {
    what: '通知未能送出',
    remedy: '检查 notices.webhook、notices.mail 与 heartbeat.url。通知一天内会自动重试，通知列表中仍可看到；心跳会一直重试。',
  },
  'request.invalid': { what: '请求无效', remedy: '更正所指字段。' },
  'request.method': { what: '不支持这种请求方式', remedy: '请使用所列方法；/api/v1/openapi.json 有说明。' },
  'request.changed': {
    what: '在您查看之后，内容已被修改',
    remedy: '请重新查看，再做仍然需要的修改。',
  },
  'request.key-reused': {
    what: '该幂等键已用于另一个请求',
    remedy: '每个请求使用新的键；只有重复同一请求时才使用相同的键。',
  },
  'request.running': {
    what: '使用该幂等键的请求仍在执行',
    remedy: '等它结束后再重复，即可得到它的答复。',
  },
  'request.too-large': { what: '请求过大', remedy: '请分次提交。' },
  'request.media-type': { what: '无法读取这种格式的请求', remedy: '请发送 JSON，并注明 content-type: application/json。' },
  'request.not-found': { what: '没有这一项', remedy: '检查编号。' },
  'request.gone': {
    what: '已销毁',
    remedy: '无法恢复。销毁证明载明其内容摘要、所依规则和决定人：evidock disposal certificate。',
  },
  'request.not-made': {
    what: '尚未生成',
    remedy: '请等待生成（evidock jobs 显示进度），或保存原始文件：evidock play ID --original 1。',
  },
  'request.nothing-playable': { what: '这条录像没有可播放的内容', remedy: '请保存原始文件：evidock play ID --original 1 --out FILE。' },
  'request.no-card': { what: '无法作为记录仪采集', remedy: '请指定已挂载的记录仪目录，或其存储卡副本的目录。' },
  'request.conflict': { what: '请求与记录相矛盾', remedy: '查看当前情况后再决定。' },
  'request.forbidden': { what: '您无权这样做', remedy: '若确有需要，请联系安全管理员；本次尝试已记录在案。' },
  'request.signed-out': { what: '尚未登录', remedy: '请登录后重试。' },
  'request.reason-needed': {
    what: '须说明事由才能查看',
    remedy: '请随请求附上事由：`reason=代码: 说明`，或请求头 x-evidock-reason。事由将记录在案。',
  },
  'request.approval-needed': { what: '须先经审批', remedy: '请提交调阅申请，由所列人员审批。' },
  'request.too-many': { what: '同时打开的数量过多', remedy: '请关闭不需要的，或等待其他的结束，然后重试。' },
  'sign-in.wrong': { what: '无法以此登录', remedy: '请核对账号、密码和验证码。多次失败后，每次再试须等待更久。' },
  'sign-in.locked': { what: '失败次数过多', remedy: '请按提示的时间等待后再试。忘记密码时，由安全管理员以一次性链接重置。' },
  'sign-in.ended': { what: '这次登录已不再有效', remedy: '请从头重新登录。' },
  'sign-in.password-refused': { what: '不能使用这个密码', remedy: '请选用更长的密码，例如几个互不相关的词；任何字符都可以。' },
  'request.too-often': { what: '短时间内请求过多', remedy: '请等待 retry-after 所示的时间，然后重试。' },
  'station.font-missing': {
    what: '打印报告和副本水印所需的字体没有安装',
    remedy: '请安装（apt-get install fonts-noto-cjk，或 scripts/install-deps run），然后重试。',
  },
  'station.stopping': { what: '采集站正在停止', remedy: '待其启动后重试；工作会从中断处继续。' },
  'station.not-running': { what: '此操作需要采集站正在运行', remedy: '请先用 `evidock run`（或其服务）启动采集站，然后重试。' },
  'station.stood-still': { what: '工作长时间没有进展，已停止', remedy: '会自动重试；若反复出现，请检查它所等待的磁盘或归档。' },
  'station.internal': { what: '采集站自身发生故障', remedy: '请连同日志行一起报告。' },
};
