/* What smartctl 7.3 prints with --json --info --health --attributes, for drives as they are sold; written by hand in its documented format (smartctl(8), "json"). */

const head = (device: object) => ({
  json_format_version: [1, 0],
  smartctl: { version: [7, 3], svn_revision: '5338', platform_info: 'x86_64-linux-6.1.0', build_info: '(local build)', exit_status: 0 },
  device,
});

export const NVME = {
  ...head({ name: '/dev/nvme0n1', info_name: '/dev/nvme0n1', type: 'nvme', protocol: 'NVMe' }),
  ...{ model_name: 'SAMSUNG MZVL2512HCJQ-00B00', serial_number: 'S675NX0T123456', firmware_version: 'GXA7801Q' },
  nvme_pci_vendor: { id: 5197, subsystem_id: 5197 },
  smart_status: { passed: true, nvme: { value: 0 } },
  nvme_smart_health_information_log: {
    ...{ critical_warning: 0, temperature: 41, available_spare: 100, available_spare_threshold: 10, percentage_used: 7 },
    ...{ data_units_read: 12_000_000, data_units_written: 31_000_000, power_cycles: 40, power_on_hours: 8123, unsafe_shutdowns: 9 },
    ...{ media_errors: 0, num_err_log_entries: 0, warning_temp_time: 0, critical_comp_time: 0 },
  },
};

const attribute = (id: number, name: string, value: number, thresh: number, raw: number, when_failed = '') => ({
  ...{ id, name, value, worst: value, thresh, when_failed, flags: { value: 51, string: 'PO--CK ', prefailure: true } },
  raw: { value: raw, string: String(raw) },
});
const ata = (model_name: string, serial_number: string, table: readonly object[]) => ({
  ...head({ name: '/dev/sda', info_name: '/dev/sda [SAT]', type: 'sat', protocol: 'ATA' }),
  ...{ model_name, serial_number, smart_support: { available: true, enabled: true }, smart_status: { passed: true } },
  ata_smart_attributes: { revision: 1, table },
});

export const SATA_SSD = ata('Samsung SSD 870 EVO 1TB', 'S6PTNL0T123456', [
  attribute(5, 'Reallocated_Sector_Ct', 100, 10, 0),
  attribute(177, 'Wear_Leveling_Count', 92, 0, 61),
  attribute(241, 'Total_LBAs_Written', 99, 0, 88_123_456_789),
]);

export const HARD_DISK = ata('WDC WD80EFZX-68UW8N0', 'VK0ABCDE', [
  attribute(5, 'Reallocated_Sector_Ct', 100, 5, 0),
  attribute(197, 'Current_Pending_Sector', 100, 0, 0),
  attribute(198, 'Offline_Uncorrectable', 100, 0, 0),
]);

/** The same disk with some of its attributes otherwise: value, threshold, raw, and when it failed. */
export function withAttribute(disk: typeof SATA_SSD, id: number, over: object): object {
  const table = disk.ata_smart_attributes.table.map((each) => ((each as { id: number }).id === id ? { ...each, ...over } : each));
  return { ...disk, ata_smart_attributes: { revision: 1, table } };
}

export function withLog(over: object, status: object = {}): object {
  return { ...NVME, ...status, nvme_smart_health_information_log: { ...NVME.nvme_smart_health_information_log, ...over } };
}
