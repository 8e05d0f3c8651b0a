/** 检查项的名称与修复方法；键与 src/doctor.ts 的检查项相同。 */
const DOCTOR_ZH: Readonly<Record<string, { readonly name: string; readonly remedy: string }>> = {
  node: { name: 'Node', remedy: '安装 Node 24（scripts/up 会安装）' },
  ffmpeg: { name: 'ffmpeg', remedy: 'apt-get install ffmpeg，或设置 derive.ffmpeg 与 derive.ffprobe' },
  encoders: { name: '编码器', remedy: '安装带有 libx264 与 aac 的 ffmpeg' },
  redis: { name: 'Redis', remedy: 'apt-get install redis-server，或设置 queue.url' },
  state: { name: '状态目录', remedy: '建立所示目录，并交给采集站的用户' },
  'vault writes': { name: '本地库写入', remedy: '状态目录请使用 ext4 或 XFS 文件系统：复制所需的处理器时间约减一半' },
  'vault disk': { name: '本地库磁盘', remedy: '释放状态目录所在磁盘的空间，或调低 intake.reserve' },
  clock: { name: '时钟', remedy: '校准时钟并打开时间同步（timedatectl set-ntp true）' },
  'time zone': { name: '时区', remedy: '把 station.timezone 设为 IANA 时区' },
  socket: { name: '控制套接字', remedy: '选用更短的状态目录' },
  usb: { name: 'USB', remedy: '加载 USB 控制器的驱动（xhci_pci），或将 dock.usb 设为 false' },
  udev: { name: 'udev', remedy: '启动 systemd-udevd：未运行时磁盘可能在就绪之前被挂载' },
  mounting: { name: '挂载', remedy: '启动 evidock-mount.socket 并将 dock.mountHelper 设为其套接字，或以 root 运行采集站' },
  mtp: { name: 'MTP', remedy: '若需经 MTP 读取记录仪，请 apt-get install jmtpfs' },
  ntfs: { name: 'NTFS', remedy: '若记录仪使用 NTFS，请使用带 ntfs3 的内核，或 apt-get install ntfs-3g' },
  secrets: { name: '密钥', remedy: '在 dock.secrets 中为每个密钥建一个文件，仅采集站可读' },
  station: { name: '采集站', remedy: '启动：evidock run' },
  ledger: { name: '账本', remedy: '检查状态目录所在磁盘；若账本文件损坏，恢复最近的账本备份' },
  vault: { name: '本地库', remedy: '检查本地库的挂载与权限' },
  queue: { name: '工作队列', remedy: '启动 Redis 或更正 queue.url；工作不会丢失' },
  archive: { name: '归档', remedy: '检查网络、archive.s3 的地址、存储桶与密钥；归档为目录时检查该磁盘是否已挂载' },
  'log in vault': { name: '本地库中的保管链副本', remedy: '启动采集站（evidock run）并检查本地库：保管链会自动补传' },
  workers: {
    name: '其他主机上的工作进程',
    remedy: '在其主机上启动（evidock worker --invite 文件），或吊销其密钥（evidock worker revoke 名称）',
  },
  'log in archive': { name: '归档中的保管链副本', remedy: '启动采集站（evidock run）并检查归档：保管链会自动补传' },
};

/** null for a check that has no Chinese words yet. */
export function doctorWords(name: string): { readonly name: string; readonly remedy: string } | null {
  return Object.hasOwn(DOCTOR_ZH, name) ? (DOCTOR_ZH[name] ?? null) : null;
}
