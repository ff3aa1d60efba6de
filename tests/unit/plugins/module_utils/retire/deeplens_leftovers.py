# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What DeepLens left in an account, beside a role of another owner."""

from __future__ import annotations

SERVICE = {
    "name": "AWSDeepLensServiceRole",
    "path": "/service-role/",
    "trusts": ["deeplens"],
    "managed": ["service-role/AWSDeepLensServiceRolePolicy"],
    "tags": {"team": "vision"},
}
LAMBDA = {
    "name": "AWSDeepLensLambdaRole",
    "trusts": ["lambda"],
    "managed": ["deeplens-cameras", "AmazonS3ReadOnlyAccess"],
    "inline": {"own": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]},
}
DEVICE = {"name": "camera-7", "trusts": ["lambda"], "managed": ["AWSDeepLensLambdaFunctionAccessPolicy"]}
CAMERAS = {
    "name": "deeplens-cameras",
    "statements": [{"Effect": "Allow", "Action": "deeplens:*", "Resource": "*"}],
}
OTHER = {"name": "other", "trusts": ["ec2"], "managed": ["AmazonS3ReadOnlyAccess"]}
MESS = {"policies": [CAMERAS], "roles": [SERVICE, LAMBDA, DEVICE, OTHER]}
RETIRED = ("role/AWSDeepLensLambdaRole", "role/AWSDeepLensServiceRole", "role/camera-7")
