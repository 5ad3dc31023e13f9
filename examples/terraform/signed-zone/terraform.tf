terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

# Hosted zones have no region. Route 53 takes KMS keys, log groups and its metrics from this one only.
provider "aws" {
  region = "us-east-1"
}
