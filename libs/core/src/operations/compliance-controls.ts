/** A standard whose requirements about changes a report can be read by. */
export type ComplianceControl = 'soc2' | 'pci' | 'iso';

/** A part of the report, by what it is evidence of. */
export type CompliancePart =
  'completeness' | 'authorization' | 'record' | 'exceptions' | 'recovery' | 'testing';

/** A requirement of a standard, and which part of the report speaks to it. */
export interface ControlReference {
  readonly requirement: string;
  /** What it asks for, in short. */
  readonly asks: string;
  readonly parts: readonly CompliancePart[];
}

/** A standard, and its requirements about changes. */
export interface ControlReferences {
  readonly name: string;
  readonly references: readonly ControlReference[];
}

const CONTROLS: Readonly<Record<ComplianceControl, ControlReferences>> = {
  soc2: {
    name: 'SOC 2, Trust Services Criteria',
    references: [
      {
        requirement: 'CC8.1',
        asks: 'Changes to infrastructure, data and software are authorised, documented, tested, approved and implemented.',
        parts: ['completeness', 'authorization', 'record', 'testing', 'exceptions'],
      },
    ],
  },
  pci: {
    name: 'PCI DSS v4.0.1',
    references: [
      {
        requirement: '6.5.1',
        asks: 'Changes follow procedures: reason and description, approval by authorised parties, testing, and what to do when one fails.',
        parts: ['completeness', 'authorization', 'record', 'testing', 'recovery', 'exceptions'],
      },
      {
        requirement: '6.5.2',
        asks: 'After a significant change it is confirmed that requirements are still met on what was changed.',
        parts: ['testing', 'record'],
      },
    ],
  },
  iso: {
    name: 'ISO/IEC 27001:2022, Annex A',
    references: [
      {
        requirement: '8.32',
        asks: 'Changes to information systems are subject to change management procedures.',
        parts: ['completeness', 'authorization', 'record', 'recovery', 'exceptions'],
      },
    ],
  },
};

/** Every {@link ComplianceControl}. */
export const COMPLIANCE_CONTROLS = Object.keys(CONTROLS) as readonly ComplianceControl[];

/** The requirements of a standard. */
export function controlReferences(control: ComplianceControl): ControlReferences {
  return CONTROLS[control];
}
